//! What figures are divided by: streams, or tiers with coaching and B2B as one part each.

use crm_types::analytics::GroupBy;
use crm_types::plans::{Stream, Tier};

/// One part of everything.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    Stream(Stream),
    Tier(Tier),
    /// Individuals on a price whose metadata names no tier.
    NoTier,
}

impl Part {
    pub(super) fn holds(self, stream: Stream, tier: Option<Tier>) -> bool {
        match self {
            Self::Stream(wanted) => stream == wanted,
            Self::Tier(wanted) => stream == Stream::Rev1Individual && tier == Some(wanted),
            Self::NoTier => stream == Stream::Rev1Individual && tier.is_none(),
        }
    }

    pub(super) fn key(self) -> &'static str {
        match self {
            Self::Stream(stream) => stream.as_str(),
            Self::Tier(tier) => tier.as_str(),
            Self::NoTier => Stream::Rev1Individual.as_str(),
        }
    }

    pub(super) fn label(self) -> &'static str {
        match self {
            Self::Stream(Stream::Rev1Individual) => "REV 1 Individual",
            Self::Stream(Stream::Rev2Coaching) => "REV 2 Coaching",
            Self::Stream(Stream::Rev3B2b) => "REV 3 B2B",
            Self::Tier(Tier::Tier1) => "Basic",
            Self::Tier(Tier::Tier2) => "Standard",
            Self::Tier(Tier::Tier3) => "Premium",
            Self::NoTier => "REV 1 without tier",
        }
    }

    pub(super) fn stream(self) -> Stream {
        match self {
            Self::Stream(stream) => stream,
            Self::Tier(_) | Self::NoTier => Stream::Rev1Individual,
        }
    }

    pub(super) fn tier(self) -> Option<Tier> {
        if let Self::Tier(tier) = self { Some(tier) } else { None }
    }
}

/// The parts in stacking order, and whether they are there even when empty.
pub(super) fn parts(group_by: GroupBy) -> Vec<(Part, bool)> {
    match group_by {
        GroupBy::Stream => Stream::ALL.iter().map(|stream| (Part::Stream(*stream), true)).collect(),
        GroupBy::Tier => vec![
            (Part::Tier(Tier::Tier1), true),
            (Part::Tier(Tier::Tier2), true),
            (Part::Tier(Tier::Tier3), true),
            (Part::NoTier, false),
            (Part::Stream(Stream::Rev2Coaching), true),
            (Part::Stream(Stream::Rev3B2b), true),
        ],
    }
}

//! Where people come from, and how that shows.

use super::catalogue::{CREATOR, FIVE_OFF, WELCOME};
use crate::rng::Rng;
use crate::state::object::Metadata;

/// A channel: its share of sign-ups, how well its people convert, and what their first visit carried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Source {
    pub(super) name: &'static str,
    share: u32,
    /// Percent of the average conversion.
    pub(super) conversion: u32,
    campaigns: &'static [Campaign],
}

/// What the five UTM fields of a visit said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Campaign {
    source: &'static str,
    medium: &'static str,
    name: &'static str,
    content: &'static str,
    term: &'static str,
    referrer: &'static str,
}

const fn campaign([source, medium, name, content, term, referrer]: [&'static str; 6]) -> Campaign {
    Campaign { source, medium, name, content, term, referrer }
}

pub(super) const SOURCES: [Source; 6] = [
    Source {
        name: "organic",
        share: 30,
        conversion: 105,
        campaigns: &[
            campaign(["", "", "", "", "", "https://www.google.com/"]),
            campaign(["", "", "", "", "", ""]),
            campaign(["", "", "", "", "", "https://duckduckgo.com/"]),
        ],
    },
    Source {
        name: "paid_ads",
        share: 24,
        conversion: 75,
        campaigns: &[
            campaign(["google", "cpc", "brand_search", "headline_a", "fitness app", "https://www.google.com/"]),
            campaign(["facebook", "paid_social", "spring_challenge", "video_15s", "", "https://l.facebook.com/"]),
            campaign(["instagram", "paid_social", "spring_challenge", "carousel_2", "", "https://l.instagram.com/"]),
            campaign(["google", "cpc", "competitors", "headline_b", "workout tracker", "https://www.google.com/"]),
        ],
    },
    Source {
        name: "influencer",
        share: 12,
        conversion: 95,
        campaigns: &[
            campaign(["instagram", "influencer", "strong_with_mira", "story_link", "", "https://www.instagram.com/"]),
            campaign(["youtube", "influencer", "daily_dose_of_dan", "description", "", "https://www.youtube.com/"]),
            campaign(["tiktok", "influencer", "lift_with_aiko", "bio_link", "", "https://www.tiktok.com/"]),
        ],
    },
    Source {
        name: "referral",
        share: 14,
        conversion: 145,
        campaigns: &[
            campaign(["referral", "share", "give_a_month", "app_share", "", ""]),
            campaign(["referral", "email", "give_a_month", "invite_mail", "", ""]),
        ],
    },
    Source {
        name: "content",
        share: 14,
        conversion: 100,
        campaigns: &[
            campaign(["newsletter", "email", "weekly_digest", "top_story", "", ""]),
            campaign(["blog", "content", "mobility_guide", "inline_cta", "", "https://blog.example.org/"]),
            campaign(["podcast", "audio", "season_two", "shownotes", "", ""]),
        ],
    },
    Source {
        name: "event",
        share: 6,
        conversion: 120,
        campaigns: &[
            campaign(["city_marathon", "event", "expo_stand", "qr_poster", "", ""]),
            campaign(["fibo_fair", "event", "expo_stand", "qr_flyer", "", ""]),
        ],
    },
];

const LANDING_PAGES: [&str; 5] = ["/", "/start", "/pricing", "/programs/mobility", "/coaching"];

impl Source {
    pub(super) fn draw(rng: &mut Rng) -> Self {
        let shares: Vec<u32> = SOURCES.iter().map(|source| source.share).collect();
        let drawn = SOURCES.get(rng.weighted(&shares));
        drawn.copied().unwrap_or(SOURCES[0])
    }

    /// The customer's metadata about their first visit; what was empty is left out.
    pub(super) fn metadata(&self, rng: &mut Rng) -> Metadata {
        let mut metadata = Metadata::new();
        let mut set = |key: &str, value: &str| {
            if !value.is_empty() {
                metadata.insert(key.to_owned(), value.to_owned());
            }
        };
        set("acquisition_source", self.name);
        set("landing_page", rng.pick(&LANDING_PAGES).copied().unwrap_or("/"));
        if let Some(campaign) = rng.pick(self.campaigns) {
            set("utm_source", campaign.source);
            set("utm_medium", campaign.medium);
            set("utm_campaign", campaign.name);
            set("utm_content", campaign.content);
            set("utm_term", campaign.term);
            set("referrer", campaign.referrer);
        }
        if self.name == "referral" {
            set("referral_code", &format!("FRIEND{:04}", rng.below(2_000)));
        }
        metadata
    }

    /// The coupon that somebody of this channel may hold; about one in fourteen overall.
    pub(super) fn coupon(&self, rng: &mut Rng) -> Option<&'static str> {
        let (coupon, chance) = match self.name {
            "influencer" => (CREATOR, 0.24),
            "referral" => (FIVE_OFF, 0.12),
            _ => (WELCOME, 0.04),
        };
        rng.chance(chance).then_some(coupon)
    }
}

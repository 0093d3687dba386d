//! The currencies that filters and forms offer.

use crate::labels::Choice;

/// The most used ones; an address or a setting may name any other.
pub const CURRENCIES: &[Choice] = &[
    ("usd", "USD, US dollar"),
    ("eur", "EUR, euro"),
    ("gbp", "GBP, pound sterling"),
    ("jpy", "JPY, yen"),
    ("aud", "AUD, Australian dollar"),
    ("brl", "BRL, real"),
    ("cad", "CAD, Canadian dollar"),
    ("chf", "CHF, Swiss franc"),
    ("dkk", "DKK, Danish krone"),
    ("inr", "INR, rupee"),
    ("kwd", "KWD, Kuwaiti dinar"),
    ("mxn", "MXN, Mexican peso"),
    ("nok", "NOK, Norwegian krone"),
    ("nzd", "NZD, New Zealand dollar"),
    ("pln", "PLN, zloty"),
    ("sek", "SEK, Swedish krona"),
    ("sgd", "SGD, Singapore dollar"),
];

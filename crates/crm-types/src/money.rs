//! Money is an integer number of minor units with a currency. Never a float.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// An ISO 4217 currency, written in lower case as Stripe does.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Currency([u8; 3]);

/// Currencies with no minor unit at Stripe: an amount of 500 is ¥500.
const ZERO_DECIMAL: &str = "bif clp djf gnf jpy kmf krw mga pyg rwf vnd vuv xaf xof xpf";
/// Currencies with a thousandth: an amount of 5000 is 5.000 KWD.
const THREE_DECIMAL: &str = "bhd iqd jod kwd lyd omr tnd";
/// All others that are in circulation. ISK and UGX are two-decimal in Stripe's API although their cents are always 0.
const TWO_DECIMAL: &str = "aed afn all amd ang aoa ars aud awg azn bam bbd bdt bgn bmd bnd bob brl bsd btn bwp byn bzd cad cdf \
    chf cny cop crc cup cve czk dkk dop dzd egp ern etb eur fjd fkp gbp gel ghs gip gmd gtq gyd hkd hnl htg huf idr ils inr irr isk \
    jmd kes kgs khr kpw kyd kzt lak lbp lkr lrd lsl mad mdl mkd mmk mnt mop mru mur mvr mwk mxn myr mzn nad ngn nio nok npr nzd \
    pab pen pgk php pkr pln qar ron rsd rub sar sbd scr sdg sek sgd shp sle sos srd ssp stn svc syp szl thb tjs tmt top try ttd twd \
    tzs uah ugx usd uyu uzs ves wst xcd yer zar zmw zwg";

impl Currency {
    /// US dollar.
    pub const USD: Self = Self(*b"usd");
    /// Euro.
    pub const EUR: Self = Self(*b"eur");
    /// Japanese yen.
    pub const JPY: Self = Self(*b"jpy");

    /// Parses a code in any case. `None` when it is not a currency in circulation.
    pub fn parse(code: &str) -> Option<Self> {
        let bytes: [u8; 3] = code.as_bytes().try_into().ok()?;
        let lower = bytes.map(|b| b.to_ascii_lowercase());
        let text = std::str::from_utf8(&lower).ok()?;
        let listed = |list: &str| list.split_ascii_whitespace().any(|c| c == text);
        (listed(TWO_DECIMAL) || listed(ZERO_DECIMAL) || listed(THREE_DECIMAL)).then_some(Self(lower))
    }

    /// The code in lower case, such as `usd`.
    pub fn code(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or("???")
    }

    /// How many decimals an amount has: 0, 2 or 3.
    pub fn decimals(&self) -> u32 {
        let listed = |list: &str| list.split_ascii_whitespace().any(|c| c == self.code());
        match () {
            () if listed(ZERO_DECIMAL) => 0,
            () if listed(THREE_DECIMAL) => 3,
            () => 2,
        }
    }

    /// Minor units in one major unit: 1, 100 or 1000.
    pub fn minor_per_major(&self) -> i64 {
        10_i64.pow(self.decimals())
    }
}

impl std::fmt::Debug for Currency {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.code())
    }
}

impl std::fmt::Display for Currency {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.code())
    }
}

/// A text that is no ISO 4217 currency.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownCurrency(pub String);

impl std::fmt::Display for UnknownCurrency {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "`{}` is not an ISO 4217 currency", self.0)
    }
}

impl std::error::Error for UnknownCurrency {}

impl std::str::FromStr for Currency {
    type Err = UnknownCurrency;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::parse(text).ok_or_else(|| UnknownCurrency(text.chars().take(16).collect()))
    }
}

impl Serialize for Currency {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.code())
    }
}

impl<'de> Deserialize<'de> for Currency {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'_, str>>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(feature = "openapi")]
mod schema {
    use utoipa::openapi::RefOr;
    use utoipa::openapi::schema::{ObjectBuilder, Schema, Type};

    impl utoipa::PartialSchema for super::Currency {
        fn schema() -> RefOr<Schema> {
            ObjectBuilder::new()
                .schema_type(Type::String)
                .description(Some("ISO 4217 code in lower case"))
                .pattern(Some("^[a-z]{3}$"))
                .examples(["usd"])
                .into()
        }
    }

    impl utoipa::ToSchema for super::Currency {}
}

/// An amount. `{"minor": 1999, "currency": "usd"}` is $19.99.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Money {
    /// Minor units of the currency; negative for what goes out.
    pub minor: i64,
    /// ISO 4217 code in lower case.
    pub currency: Currency,
}

impl Money {
    /// An amount from minor units.
    pub const fn new(minor: i64, currency: Currency) -> Self {
        Self { minor, currency }
    }

    /// The plain decimal, as a spreadsheet reads it: `-1234.50`, `500`, `1.250`.
    pub fn to_decimal(&self) -> String {
        let decimals = self.currency.decimals() as usize;
        let sign = if self.minor < 0 { "-" } else { "" };
        let digits = self.minor.unsigned_abs().to_string();
        if decimals == 0 {
            return format!("{sign}{digits}");
        }
        let padded = format!("{digits:0>width$}", width = decimals + 1);
        let (major, minor) = padded.split_at(padded.len() - decimals);
        format!("{sign}{major}.{minor}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_follow_the_currency() {
        for (code, minor, text) in [
            ("usd", 1999, "19.99"),
            ("usd", -5, "-0.05"),
            ("usd", 0, "0.00"),
            ("jpy", 500, "500"),
            ("kwd", 1250, "1.250"),
            ("kwd", -7, "-0.007"),
            ("isk", 50_000, "500.00"),
            ("usd", i64::MIN, "-92233720368547758.08"),
        ] {
            assert_eq!(Money::new(minor, code.parse().unwrap()).to_decimal(), text);
        }
    }

    #[test]
    fn unknown_codes_are_refused() {
        for code in ["", "us", "usdx", "xxz", "€€", "u1d"] {
            assert!(Currency::parse(code).is_none(), "{code}");
        }
        assert_eq!(Currency::parse("EUR"), Some(Currency::EUR));
        assert!(serde_json::from_str::<Money>(r#"{"minor":1,"currency":"zzz"}"#).is_err());
    }

    #[test]
    fn money_travels_as_minor_and_code() {
        let money = Money::new(1999, Currency::USD);
        let json = serde_json::to_string(&money).unwrap();
        assert_eq!(json, r#"{"minor":1999,"currency":"usd"}"#);
        assert_eq!(serde_json::from_str::<Money>(&json).unwrap(), money);
    }
}

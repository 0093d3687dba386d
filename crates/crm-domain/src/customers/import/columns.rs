//! What a column seems to hold, by its name.

use crm_types::customers_import::{ImportColumn, ImportField};
use std::collections::HashSet;

/// Names without case, spaces and signs. English, as other CRMs and billing systems export it, and some German.
const NAMES: &[(ImportField, &[&str])] = {
    use ImportField as F;
    &[
        (F::Email, &["email", "emailaddress", "mail", "customeremail", "primaryemail", "emailadresse", "epost"]),
        (F::Name, &["name", "fullname", "customername", "displayname", "contactname", "contact", "customer", "kunde"]),
        (F::FirstName, &["firstname", "givenname", "forename", "vorname"]),
        (F::LastName, &["lastname", "familyname", "surname", "nachname"]),
        (
            F::Phone,
            &["phone", "phonenumber", "telephone", "tel", "mobile", "mobilephone", "mobilenumber", "cell", "telefon"],
        ),
        (F::Locale, &["locale", "language", "lang", "preferredlanguage", "preferredlocales", "sprache"]),
        (F::TimeZone, &["timezone", "tz", "zeitzone"]),
        (F::Priority, &["priority", "importance", "prioritat"]),
        (F::Tags, &["tags", "tag", "labels", "label"]),
        (
            F::OwnerEmail,
            &["owneremail", "owner", "accountowner", "contactowner", "assignedto", "accountmanager", "salesrep"],
        ),
        (
            F::Organization,
            &["organization", "organisation", "company", "companyname", "account", "accountname", "firma"],
        ),
        (
            F::AcquisitionSource,
            &["acquisitionsource", "source", "leadsource", "originalsource", "utmsource", "channel", "quelle"],
        ),
        (
            F::CreatedAt,
            &[
                "createdat",
                "created",
                "createdutc",
                "createdate",
                "createddate",
                "datecreated",
                "signupdate",
                "customersince",
            ],
        ),
    ]
};

/// Each column with what it seems to hold; no field twice.
pub(super) fn suggest(names: Vec<String>) -> Vec<ImportColumn> {
    let mut given = HashSet::new();
    let suggested = names.into_iter().map(|name| {
        let key: String = name.to_lowercase().chars().filter(|c| c.is_alphanumeric()).collect();
        let known = NAMES.iter().find(|(_, names)| names.contains(&key.as_str()));
        ImportColumn { name, suggestion: known.map(|(field, _)| *field).filter(|field| given.insert(*field)) }
    });
    let mut columns: Vec<ImportColumn> = suggested.collect();
    // The whole name says it all.
    if given.contains(&ImportField::Name) {
        for column in &mut columns {
            column.suggestion.take_if(|field| matches!(field, ImportField::FirstName | ImportField::LastName));
        }
    }
    columns
}

#[cfg(test)]
mod tests {
    use super::*;

    fn suggested(names: &[&str]) -> Vec<Option<ImportField>> {
        suggest(names.iter().map(|name| (*name).to_owned()).collect()).into_iter().map(|c| c.suggestion).collect()
    }

    #[test]
    fn columns_are_known_by_their_usual_names() {
        use ImportField as F;
        assert_eq!(
            suggested(&["E-Mail Address", "First Name", "last_name", "Mobile phone", "Created (UTC)", "shoe size", ""]),
            [Some(F::Email), Some(F::FirstName), Some(F::LastName), Some(F::Phone), Some(F::CreatedAt), None, None]
        );
        assert_eq!(suggested(&["name", "first name", "EMAIL", "mail"]), [Some(F::Name), None, Some(F::Email), None]);
        for field in ImportField::ALL {
            assert_eq!(suggested(&[field.as_str()]), [Some(*field)], "the name of the field itself");
        }
    }
}

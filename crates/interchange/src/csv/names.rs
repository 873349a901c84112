//! What columns are called.

use cardfile_model::fold;

/// Names without case, accents, blanks and punctuation, numbers as `#`, and what they mean; `#` there is the number.
#[rustfmt::skip]
const NAMES: &[(&str, &[&str])] = &[
    ("displayName", &["displayname", "fullname", "name", "contactname", "cn", "fileas", "anzeigename", "vollstandigername",
        "nomcomplet", "nomaffiche", "nombrecompleto", "nombreparamostrar"]),
    ("givenName", &["firstname", "givenname", "forename", "vorname", "prenom", "nombre", "nombredepila", "primernombre"]),
    ("familyName", &["lastname", "familyname", "surname", "sn", "nachname", "familienname", "zuname", "nom", "nomdefamille",
        "apellido", "apellidos", "primerapellido"]),
    ("company", &["company", "companyname", "organization", "organisation", "organizationname", "organization#name", "employer",
        "firma", "firmenname", "unternehmen", "entreprise", "societe", "raisonsociale", "empresa", "compania", "organizacion"]),
    ("title", &["jobtitle", "title", "organizationtitle", "organization#title", "position", "funktion", "berufsbezeichnung",
        "stellenbezeichnung", "stelle", "fonction", "poste", "intituledeposte", "cargo", "puesto", "titulo"]),
    ("address", &["address", "postaladdress", "fulladdress", "businessaddress", "address#formatted", "anschrift",
        "postanschrift", "adresse", "adressepostale", "direccion", "direccionpostal"]),
    ("address.street", &["street", "streetaddress", "addressstreet", "addressline#", "businessstreet", "businessstreet#",
        "workaddress", "workaddress#", "straße", "strasse", "straßegeschaftlich", "strassegeschaftlich", "rue", "ruebureau",
        "calle", "calledeltrabajo"]),
    ("address.city", &["city", "town", "addresscity", "businesscity", "workcity", "ort", "stadt", "ortgeschaftlich", "ville",
        "villebureau", "ciudad", "localidad", "poblacion", "ciudaddeltrabajo"]),
    ("address.region", &["state", "region", "province", "county", "addressstate", "businessstate", "workstate", "bundesland",
        "kanton", "regiongeschaftlich", "departement", "provincia", "estado", "comunidadautonoma"]),
    ("address.postalCode", &["zip", "zipcode", "postalcode", "postcode", "addresszip", "businesspostalcode", "workzipcode",
        "plz", "postleitzahl", "postleitzahlgeschaftlich", "codepostal", "codepostalbureau", "codigopostal"]),
    ("address.country", &["country", "countryregion", "addresscountry", "businesscountry", "businesscountryregion",
        "workcountry", "land", "staat", "landregiongeschaftlich", "pays", "paysregionbureau", "pais"]),
    ("address.#.street", &["address#street", "address#extendedaddress"]),
    ("address.#.city", &["address#city"]),
    ("address.#.region", &["address#region"]),
    ("address.#.postalCode", &["address#postalcode"]),
    ("address.#.country", &["address#country"]),
    ("address.8.street", &["homestreet", "homestreet#", "homeaddress", "homeaddress#", "straßeprivat", "strasseprivat",
        "ruedomicile", "calleparticular"]),
    ("address.8.city", &["homecity", "ortprivat", "villedomicile", "ciudaddedomicilio"]),
    ("address.8.region", &["homestate", "regionprivat"]),
    ("address.8.postalCode", &["homepostalcode", "homezipcode", "postleitzahlprivat", "codepostaldomicile"]),
    ("address.8.country", &["homecountry", "homecountryregion", "landregionprivat", "paysregiondomicile"]),
    ("address.9.street", &["otherstreet", "otherstreet#"]),
    ("address.9.city", &["othercity"]),
    ("address.9.region", &["otherstate"]),
    ("address.9.postalCode", &["otherpostalcode"]),
    ("address.9.country", &["othercountry", "othercountryregion"]),
    ("photoUri", &["photo", "photouri", "photourl", "picture", "pictureurl", "avatar", "foto", "fotourl", "bild", "imagen"]),
    ("preferredMethod", &["preferredmethod", "preferredcontactmethod"]),
    ("emails", &["email", "emails", "mail", "emailaddress", "mailaddress", "contactemail", "primaryemail", "secondaryemail",
        "useridemailrequired", "useridemail", "emailadresse", "mailadresse", "courriel", "adresseemail", "adressedemessagerie",
        "adressedecourriel", "correo", "correoelectronico", "direcciondecorreoelectronico"]),
    ("emails.#", &["email#", "mail#", "email#value", "email#address", "emailaddress#", "emailadresse#", "email#adresse",
        "courriel#", "adresseemail#", "correo#", "correoelectronico#"]),
    ("emails.type", &["emailtype", "emaillabel"]),
    ("emails.#.type", &["email#type", "email#label"]),
    ("emails.work", &["workemail", "businessemail", "emailwork", "emailgeschaftlich", "geschaftlicheemail",
        "emailprofessionnel", "emailprofesional", "correotrabajo", "correodeltrabajo"]),
    ("emails.home", &["homeemail", "personalemail", "privateemail", "emailhome", "emailprivat", "privateemailadresse",
        "emailpersonnel", "emailpersonal", "correopersonal"]),
    ("emails.other", &["otheremail", "emailother", "weitereemail", "autreemail", "otroemail"]),
    ("phones", &["phone", "phones", "phonenumber", "telephone", "telephonenumber", "tel", "primaryphone", "telefon",
        "telefonnummer", "rufnummer", "numerodetelephone", "telefono", "numerodetelefono"]),
    ("phones.#", &["phone#", "phone#value", "phonenumber#", "telephone#", "tel#", "telefon#", "telefonnummer#", "telefono#"]),
    ("phones.type", &["phonetype", "phonenumbertype", "telefontyp"]),
    ("phones.#.type", &["phone#type", "phone#label", "phonenumber#type", "phonenumbertype#"]),
    ("phones.work", &["businessphone", "businessphone#", "workphone", "workphonenumber", "officephone", "telefongeschaftlich",
        "telefongeschaftlich#", "telefonarbeit", "telefonburo", "telephonebureau", "telephoneprofessionnel", "telefonotrabajo",
        "telefonodeltrabajo", "telefonolaboral"]),
    ("phones.home", &["homephone", "homephone#", "homephonenumber", "telefonprivat", "telefonprivat#", "telephonedomicile",
        "telephonepersonnel", "telefonoparticular", "telefonocasa", "telefonodecasa"]),
    ("phones.mobile", &["mobile", "mobilephone", "mobilenumber", "cell", "cellphone", "handy", "handynummer", "mobiltelefon",
        "mobil", "mobilnummer", "natel", "portable", "telephoneportable", "telephonemobile", "mobil#", "movil", "telefonomovil",
        "celular"]),
    ("phones.fax", &["fax", "fax#", "faxnumber", "businessfax", "workfax", "homefax", "otherfax", "telefax", "faxnummer",
        "faxgeschaftlich", "faxprivat", "telecopie", "telecopieur", "telecopiebureau", "faxdeltrabajo"]),
    ("phones.pager", &["pager", "pagernumber"]),
    ("phones.main", &["companymainphone", "mainphone", "zentrale"]),
    ("phones.other", &["otherphone", "weiterestelefon", "autretelephone", "otrotelefono"]),
    ("phones.extension", &["extension", "durchwahl", "nebenstelle"]),
    ("sipAddresses", &["sip", "sipuri", "sipaddress", "sipadresse", "adressesip", "direccionsip"]),
    ("sipAddresses.#", &["sip#", "sipaddress#", "sipuri#"]),
    ("ims", &["im", "ims", "imaddress", "instantmessaging", "messenger", "screenname"]),
    ("ims.#", &["im#", "im#value"]),
    ("ims.#.type", &["im#service", "im#type", "im#label"]),
    ("ims.xmpp", &["xmpp", "jabber", "jabberid"]),
    ("ims.skype", &["skype"]),
    ("groups", &["group", "groups", "groupmembership", "category", "categories", "label", "labels", "tags", "gruppe", "gruppen",
        "kategorie", "kategorien", "groupe", "groupes", "categorie", "etiquettes", "libelles", "grupo", "grupos", "categoria",
        "categorias", "etiquetas"]),
    ("uid", &["uid", "id", "externalid", "contactid", "personid", "key", "externeid", "kontaktid", "schlussel", "identifiant",
        "identifiantexterne", "cle", "idexterno", "identificador", "clave"]),
    ("source", &["source", "sourcekey", "quelle", "fuente", "origen"]),
];

/// A column's name without case, accents, blanks and punctuation.
pub(super) fn plain(name: &str) -> String {
    fold::text(name).chars().filter(|c| c.is_alphanumeric()).collect()
}

/// What a column of this plain name means, as the name of a target.
pub(super) fn meaning(plain: &str) -> Option<String> {
    let (mut general, mut number) = (String::with_capacity(plain.len()), String::new());
    for c in plain.chars() {
        if c.is_ascii_digit() {
            if !general.ends_with('#') {
                general.push('#');
            }
            number.push(c);
        } else {
            general.push(c);
        }
    }
    let (target, _) = NAMES.iter().find(|(_, names)| names.contains(&general.as_str()))?;
    // The number says which entry it is; where the name has none, `#` stands in no target.
    Some(target.replace('#', &number))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::csv::Target;

    #[test]
    fn every_name_stands_here_once_and_means_something() {
        let mut seen = std::collections::HashSet::new();
        for (target, names) in NAMES {
            assert!(Target::read(&target.replace('#', "1")).is_some(), "{target}");
            for name in *names {
                assert!(seen.insert(name), "{name} stands here twice");
                assert_eq!(plain(name), name.replace('#', ""), "{name} is not plain");
            }
        }
    }

    #[test]
    fn columns_are_known_in_four_languages_whatever_their_case_and_punctuation() {
        let of = |name: &str| meaning(&plain(name));
        assert_eq!(of("E-Mail-Adresse").as_deref(), Some("emails"));
        assert_eq!(of("E-mail 2 - Value").as_deref(), Some("emails.2"));
        assert_eq!(of("PRÉNOM").as_deref(), Some("givenName"));
        assert_eq!(of("Teléfono móvil").as_deref(), Some("phones.mobile"));
        assert_eq!(of("Telefon geschäftlich 2").as_deref(), Some("phones.work"));
        assert_eq!(of("User ID/Email (Required)").as_deref(), Some("emails"));
        assert_eq!(of("Shoe size"), None);
    }
}

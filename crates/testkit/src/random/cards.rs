//! Random cards and changes to them, of few words so that they meet.

use cardfile_model::{Claim, Contact, Edit, Entry, ForeignKey, ListEdit, MatchKey, Membership, MembershipEdit, Patch};

use uuid::Uuid;

use super::Trial;

/// Names that fold alike, begin alike, and are none.
pub(super) const NAMES: &[&str] = &[
    "Mara Vinter",
    "måra  VINTER",
    "Mara Vinterlund of Quay",
    "Mara Vinterlund of Rope",
    "Zoë",
    "zoe quill",
    "Ελένη",
    "Bram",
    "",
    " ",
];
/// Addresses that fold alike, and are none.
pub(super) const ADDRESSES: &[&str] =
    &["mara@quay.example", "MARA@Quay.example", "zoë.quill@home.example", "bram@quay.example", "reception", "a@b@c"];
/// Numbers that are the same digits, and such that end alike.
pub(super) const NUMBERS: &[&str] =
    &["+47 22 55", "+472255", "22-55", "2255", "ext. 7", "Front Desk", "+44 (0) 7", "+47 40 22 22 55", "+46 40 22 22 55 x 7"];
/// Ends of numbers.
pub(super) const ENDS: &[&str] = &["5", "2255", "47 22 55", "0 22 22 55", "40 22 22 55", "640222255x7", "7", "", "Front Desk"];
/// Roles: two that are guarded, and one that is not.
pub(super) const ROLES: &[&str] = &["admin", "approver", "buyer"];
/// Sources.
pub(super) const SOURCES: &[&str] = &["CH", "CH", "CH", "CH", "Webex4Broadworks", "Elsewhere"];

impl Trial {
    /// A card: most are valid.
    pub fn card(&mut self) -> Contact {
        let dice = &mut self.dice;
        let mut name = || dice.chance(70).then(|| (*dice.one(NAMES)).to_owned());
        let (display_name, given_name, family_name) = (name(), name(), name());
        let keys = if self.dice.chance(20) { vec![self.key()] } else { Vec::new() };
        let groups = self.named_groups();
        Contact {
            source: (*self.dice.one(SOURCES)).into(),
            display_name,
            given_name,
            family_name,
            emails: self.entries(ADDRESSES),
            phones: self.entries(NUMBERS),
            shared_with: if self.dice.chance(25) { self.dice.some(&groups, 2) } else { Vec::new() },
            keys,
            memberships: if self.dice.chance(30) { self.memberships() } else { Vec::new() },
            is_inactive: self.dice.chance(10),
            ..Contact::default()
        }
    }

    /// What a source says of somebody.
    pub fn claim(&mut self) -> Claim {
        let names = |names: Vec<&str>| names.into_iter().map(str::to_owned).collect::<Vec<_>>();
        let clears = names(self.dice.some(&Claim::MEMBERS, 2));
        let precedence = names(self.dice.some(&["CH", "Elsewhere", "Webex4Broadworks"], 2)).into();
        let contact = self.card();
        Claim { source: contact.source.clone(), contact, clears, precedence }
    }

    /// By what a source finds somebody.
    pub fn match_key(&mut self) -> MatchKey {
        match self.dice.below(3) {
            0 => MatchKey::Key(self.key()),
            1 => MatchKey::Email((*self.dice.one(ADDRESSES)).to_owned()),
            _ => MatchKey::Phone(self.dice.some(NUMBERS, 2).into_iter().map(str::to_owned).collect()),
        }
    }

    /// A change to a card; now and then to nothing.
    pub fn patch(&mut self) -> Patch {
        let emails = if self.dice.chance(40) { vec![self.list_edit(ADDRESSES)] } else { Vec::new() };
        let phones = if self.dice.chance(20) { vec![self.list_edit(NUMBERS)] } else { Vec::new() };
        let groups = self.named_groups();
        Patch {
            source: self.dice.chance(5).then(|| (*self.dice.one(SOURCES)).into()),
            display_name: self.edit(),
            given_name: self.edit(),
            title: self.edit(),
            emails,
            phones,
            shared_with: self.dice.chance(20).then(|| self.dice.some(&groups, 2)),
            keys: self.dice.chance(10).then(|| vec![self.key()]),
            memberships: if self.dice.chance(40) { vec![self.membership_edit()] } else { Vec::new() },
            is_inactive: self.dice.chance(10).then(|| self.dice.chance(60)),
            ..Patch::default()
        }
    }

    /// Where somebody belongs: mostly organizations that are there, each once.
    fn memberships(&mut self) -> Vec<Membership> {
        self.dice.some(&[1, 2, 2, 3, 9, Membership::HERE], 2).into_iter().map(|number| self.membership(number)).collect()
    }

    fn membership(&mut self, organization: u32) -> Membership {
        Membership { organization, roles: self.dice.some(ROLES, 2).into_iter().map(str::to_owned).collect() }
    }

    fn membership_edit(&mut self) -> MembershipEdit {
        let organization = *self.dice.one(&[1, 2, 3, Membership::HERE]);
        let role = (*self.dice.one(ROLES)).to_owned();
        match self.dice.below(8) {
            0 | 1 => MembershipEdit::Join(self.membership(organization)),
            2 => MembershipEdit::Leave(organization),
            3 => MembershipEdit::SetRoles(self.membership(organization)),
            4 => MembershipEdit::Grant(organization, role),
            5 => MembershipEdit::Revoke(organization, role),
            6 => MembershipEdit::Settle(organization),
            _ => MembershipEdit::Replace(self.memberships()),
        }
    }

    /// The groups that a card may be shown to: those that stand, and one other.
    fn named_groups(&mut self) -> Vec<Uuid> {
        let other = self.some_group();
        self.standing.iter().copied().chain([other]).collect()
    }

    fn entries(&mut self, values: &[&str]) -> Vec<Entry> {
        self.dice.some(values, 2).into_iter().map(|value| Entry { value: value.into(), ..Entry::default() }).collect()
    }

    fn list_edit(&mut self, values: &[&str]) -> ListEdit {
        let value = (*self.dice.one(values)).to_owned();
        match self.dice.below(3) {
            0 => ListEdit::Upsert(Entry { value, kind: Some("work".into()), is_primary: Some(true) }),
            1 => ListEdit::Remove { value, kind: None },
            _ => ListEdit::Replace(self.entries(values)),
        }
    }

    fn edit(&mut self) -> Edit<String> {
        match self.dice.below(6) {
            0 => Edit::Clear,
            1 | 2 => Edit::Set((*self.dice.one(NAMES)).into()),
            _ => Edit::Keep,
        }
    }

    /// What somebody is called in a foreign system.
    pub fn key(&mut self) -> ForeignKey {
        ForeignKey { system: (*self.dice.one(&["crm", "hr"])).into(), value: (*self.dice.one(&["1", "2"])).into() }
    }
}

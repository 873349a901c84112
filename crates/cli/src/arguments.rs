//! The command line. Its help is documentation, and its shape is fixed: tools outside depend on it.

use std::path::PathBuf;

use cardfile_server::{Place, RateLimit, Term};
use clap::{Args, Parser, Subcommand, ValueEnum};
use uuid::Uuid;

/// A self-hosted, multi-tenant contact directory that speaks your programs' contacts APIs
///
/// Try `cardfile demo` first. Then `cardfile org add NAME`, `cardfile token add --org ID` and `cardfile serve`.
///
/// Commands may be used while a server runs on the same data. Answers go to standard output, messages to standard
/// error. The exit status is 0 when done, 1 when it failed, 2 when the command line was wrong.
#[derive(Debug, Parser)]
#[command(name = "cardfile", version, verbatim_doc_comment)]
pub(crate) struct Arguments {
    #[command(flatten)]
    pub(crate) common: Common,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// What every command takes.
#[derive(Debug, Args)]
#[command(next_help_heading = "Every command")]
pub(crate) struct Common {
    /// The data directory of the embedded store
    #[arg(
        long,
        global = true,
        value_name = "DIR",
        env = "CARDFILE_DATA",
        default_value = "./cardfile-data",
        hide_env_values = true
    )]
    pub(crate) data: PathBuf,
    /// The database to use instead of a data directory
    #[arg(long, global = true, value_name = "URL", env = "CARDFILE_DATABASE", hide_env_values = true)]
    pub(crate) database: Option<String>,
    /// The configuration file [default: cardfile.toml in the data directory, if there is one]
    #[arg(long, global = true, value_name = "FILE", env = "CARDFILE_CONFIG", hide_env_values = true)]
    pub(crate) config: Option<PathBuf>,
    /// Answer in JSON, for programs
    #[arg(long, global = true)]
    pub(crate) json: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Serve a throw-away directory with sample people, and print lines to paste
    ///
    /// Prints the address, credentials for each door and curl lines that show what it does. Takes no data directory:
    /// everything is deleted at the end. There is no rate limit.
    #[command(verbatim_doc_comment)]
    Demo {
        /// The address to listen on; port 0 takes a free one
        #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8080")]
        listen: String,
    },
    /// Serve the directory over HTTP
    ///
    /// Prints one line `listening on http://ADDR` on standard error when it is ready (https with a certificate, see
    /// `cardfile config print`). SIGTERM and SIGINT stop it: requests in flight are answered first. SIGHUP reads the
    /// certificate again.
    #[command(verbatim_doc_comment)]
    Serve(Serve),
    /// Make, list, lock and unlock organizations
    #[command(subcommand)]
    Org(Org),
    /// Make and revoke bearer tokens
    #[command(subcommand)]
    Token(Token),
    /// Make, list and remove OAuth clients, which sign in at /Token of the address book
    #[command(subcommand)]
    Client(Client),
    /// Make, list and remove log-ins of people who work in an organization, and change their passwords
    #[command(subcommand)]
    User(User),
    /// Bring the contacts of a file into an organization
    ///
    /// Each row is written on its own. Rows that come to nothing go, each with the reason, into a file of the same form, to be
    /// corrected and brought in again. An import that was broken off goes on where it was when it is begun again the same day:
    /// a file FILE.import beside the file says how far it came. The exit status is 1 when nothing came of any row.
    #[command(verbatim_doc_comment)]
    Import(Import),
    /// Write the contacts of an organization to standard output
    Export(Export),
    /// Show what changed in an organization, oldest first
    Log {
        /// The organization
        #[arg(long, value_name = "ID")]
        org: Uuid,
        /// Only changes after this one
        #[arg(long, value_name = "CHANGE", default_value_t = 0)]
        since: u64,
        /// How many changes to show, at most
        #[arg(long, value_name = "N", default_value_t = 100)]
        limit: usize,
    },
    /// Take a change back, as a change of its own
    ///
    /// Refused when somebody it touched changed again since, unless forced.
    Undo {
        /// The number of the change, as `cardfile log` shows it
        change: u64,
        /// The organization
        #[arg(long, value_name = "ID")]
        org: Uuid,
        /// Pass over people who changed since
        #[arg(long)]
        force: bool,
    },
    /// Write a consistent copy of the whole directory to one file, while it is in use
    Backup {
        /// The file to make; it must not exist
        file: PathBuf,
    },
    /// Bring a copy back into an empty data directory
    Restore {
        /// A file that `cardfile backup` made
        file: PathBuf,
    },
    /// Look through everything: rows, sets, log and index must agree
    ///
    /// The exit status is 1 when something is found.
    Check {
        /// First build the index anew from the rows
        #[arg(long)]
        rebuild: bool,
    },
    /// Bring the schema of a database up to date
    ///
    /// A new database is prepared by it. Steps only add, so that servers of the version before go on working. A database of
    /// a newer version is refused. Data directories need no such command: they are brought up to date when they are opened.
    #[command(verbatim_doc_comment)]
    Migrate {
        /// Spread the tables over the machines of a distributed engine, by tenant
        #[arg(long)]
        distribute: bool,
    },
    /// Copy the whole directory into a database, or from one into a data directory, and compare both
    ///
    /// A new database is prepared by `cardfile migrate` before. What is moved from is only read: it stays as it is. Stop its
    /// servers first: a tenant that is written to meanwhile is begun anew. A move that ended early goes on where it was when
    /// it is begun again. At the end all rows are read again and compared; the exit status is 1 when something differs.
    #[command(verbatim_doc_comment)]
    Move {
        /// Where to: postgres://… or a data directory
        #[arg(long, value_name = "URL|DIR")]
        to: String,
    },
    /// Remove for good, now, what was in the trash longer than the retention term
    Purge,
    /// Erase a person: all traces but the id and the number, which are not given again
    ///
    /// For whoever asks to be forgotten. Nothing takes it back. What remains for a while, and in backups, is told in
    /// docs/operations.md.
    #[command(verbatim_doc_comment)]
    Erase {
        /// The organization
        #[arg(long, value_name = "ID")]
        org: Uuid,
        /// The id of the contact, which may be in the trash
        #[arg(long, value_name = "ID")]
        contact: Uuid,
        /// That this is meant
        #[arg(long)]
        yes: bool,
    },
    /// Print all that is kept of a person, as JSON
    ///
    /// For whoever asks what is known of them. The log tells that it was taken.
    #[command(verbatim_doc_comment)]
    Bundle {
        /// The organization
        #[arg(long, value_name = "ID")]
        org: Uuid,
        /// The id of the contact, which may be in the trash
        #[arg(long, value_name = "ID")]
        contact: Uuid,
    },
    /// Show the configuration
    #[command(subcommand)]
    Config(Config),
}

#[derive(Debug, Args)]
pub(crate) struct Import {
    /// The file, or `-` to read standard input, which does not go on where it was broken off
    pub(crate) file: PathBuf,
    /// The organization
    #[arg(long, value_name = "ID")]
    pub(crate) org: Uuid,
    /// csv, vcard, jscontact, ldif or jsonl [default: found out by the file's beginning and its name]
    #[arg(long, value_name = "FORMAT")]
    pub(crate) format: Option<String>,
    /// What the file is written in, such as `windows-1252` [default: found out by its beginning]
    #[arg(long, value_name = "NAME")]
    pub(crate) encoding: Option<String>,
    /// A file of JSON that says what the columns mean [default: by their names]
    #[arg(long, value_name = "FILE")]
    pub(crate) mapping: Option<PathBuf>,
    /// The source that the file speaks for [default: the one that a row names, else `import`]
    #[arg(long, value_name = "NAME")]
    pub(crate) source: Option<String>,
    /// By what a row finds the contact that it is about, besides the source's own key for it
    #[arg(long = "match", value_enum, default_value_t = Match::Key)]
    pub(crate) by: Match,
    /// Sources whose word counts before others', the first most
    #[arg(long, value_name = "NAME", value_delimiter = ',')]
    pub(crate) precedence: Vec<String>,
    /// The file has everyone of its source: who is not in it goes to the trash, unless a row was rejected
    #[arg(long, requires = "source")]
    pub(crate) sync: bool,
    /// Go on also where a large share of the organization would be deleted or blanked
    #[arg(long)]
    pub(crate) yes: bool,
    /// Only tell what would be done
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Where rows go that come to nothing [default: FILE.rejected.EXT]
    #[arg(long, value_name = "FILE")]
    pub(crate) rejected: Option<PathBuf>,
    /// Where what came of each row is told: one line of JSON a row, in their order
    #[arg(long, value_name = "FILE")]
    pub(crate) results: Option<PathBuf>,
}

/// By what a row finds the contact that it is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Match {
    /// By the source's own key (UID, id, a column of keys); rows without one are made
    Key,
    /// Else by an e-mail address
    Email,
    /// Else by a phone number, in any notation
    Phone,
    /// By nothing: every row is made
    None,
}

impl From<Match> for cardfile_jobs::Match {
    fn from(by: Match) -> Self {
        match by {
            Match::Key => cardfile_jobs::Match::Key,
            Match::Email => cardfile_jobs::Match::Email,
            Match::Phone => cardfile_jobs::Match::Phone,
            Match::None => cardfile_jobs::Match::None,
        }
    }
}

#[derive(Debug, Args)]
pub(crate) struct Export {
    /// The organization
    #[arg(long, value_name = "ID")]
    pub(crate) org: Uuid,
    /// csv, vcard, jscontact, ldif or jsonl
    #[arg(long, value_name = "FORMAT", default_value = "jsonl")]
    pub(crate) format: String,
}

#[derive(Debug, Args)]
pub(crate) struct Serve {
    /// The address to listen on; port 0 takes a free one [default: 127.0.0.1:8080]
    #[arg(long, value_name = "ADDR")]
    pub(crate) listen: Option<String>,
    /// The URL clients reach the server at, for links in answers [default: from each request's headers]
    #[arg(long, value_name = "URL")]
    pub(crate) public_url: Option<String>,
    /// Requests a second for each principal, or `off` [default: 300]
    #[arg(long, value_name = "N|off")]
    pub(crate) rate_limit: Option<RateLimit>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Org {
    /// Make an organization, and a tenant for it unless a tenant or a parent is named
    Add {
        /// What it is called
        name: String,
        /// Its id [default: a new one]
        #[arg(long, value_name = "UUID")]
        id: Option<Uuid>,
        /// The tenant it goes into, named by its root organization's id [default: the parent's, or a new one]
        #[arg(long, value_name = "ID")]
        tenant: Option<Uuid>,
        /// The organization it goes under [default: the tenant's root]
        #[arg(long, value_name = "ID")]
        parent: Option<Uuid>,
        /// The country its phone numbers are dialled in, such as GB [default: that of the organization above]
        #[arg(long, value_name = "CC")]
        country: Option<String>,
    },
    /// List organizations
    List {
        /// Only those of this tenant
        #[arg(long, value_name = "ID")]
        tenant: Option<Uuid>,
    },
    /// Turn requests away, as for maintenance
    Lock {
        /// The organization
        id: Uuid,
    },
    /// Let requests in again
    Unlock {
        /// The organization
        id: Uuid,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum Token {
    /// Make a bearer token; it is shown now and never again
    Add(TokenAdd),
    /// Revoke a bearer token; servers that run follow within a second
    Revoke {
        /// The token, or `-` to read it from standard input
        token: String,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum Client {
    /// Make a client; its secret is shown now and never again
    Add {
        /// The organization whose address book it opens
        #[arg(long, value_name = "ID")]
        org: Uuid,
        /// Its id, which also names it in the log [default: a new one]
        #[arg(long, value_name = "NAME")]
        name: Option<String>,
    },
    /// List the clients of an organization
    List {
        /// The organization
        #[arg(long, value_name = "ID")]
        org: Uuid,
    },
    /// Remove a client; its tokens end with it, and its id is not given again
    Remove {
        /// The client's id
        client: String,
        /// The organization
        #[arg(long, value_name = "ID")]
        org: Uuid,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum User {
    /// Make a log-in; a password that is made is shown now and never again
    Add {
        #[command(flatten)]
        who: Who,
        /// The password, or `-` to read it from standard input [default: a new one]
        #[arg(long, value_name = "PASSWORD")]
        password: Option<String>,
    },
    /// List the log-ins of an organization
    List {
        /// The organization
        #[arg(long, value_name = "ID")]
        org: Uuid,
    },
    /// Remove a log-in; its tokens end with it
    Remove {
        #[command(flatten)]
        who: Who,
    },
    /// Give a log-in another password; its tokens end
    Password {
        #[command(flatten)]
        who: Who,
        /// The password, or `-` to read it from standard input [default: a new one]
        #[arg(long, value_name = "PASSWORD")]
        password: Option<String>,
    },
}

/// A log-in.
#[derive(Debug, Args)]
pub(crate) struct Who {
    /// The organization
    #[arg(long, value_name = "ID")]
    pub(crate) org: Uuid,
    /// The name to sign in with, in any case
    #[arg(long, value_name = "NAME")]
    pub(crate) login: String,
    /// Where it signs in
    #[arg(long, value_enum, default_value_t = Post::MerchantAdmin)]
    pub(crate) role: Post,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum Post {
    /// As an administrator of the shop
    MerchantAdmin,
    /// As an agent, who acts for customers
    Agent,
}

#[derive(Debug, Args)]
pub(crate) struct TokenAdd {
    /// The organization it opens, and those below it
    #[arg(long, value_name = "ID")]
    pub(crate) org: Uuid,
    /// What it may do there
    #[arg(long, value_enum, default_value_t = Role::Admin)]
    pub(crate) role: Role,
    /// A scope it covers, such as `identity:contacts_read`; may be repeated [default: all]
    #[arg(long = "scope", value_name = "SCOPE")]
    pub(crate) scopes: Vec<String>,
    /// Also let it touch contacts of the source `Webex4Broadworks`
    #[arg(long)]
    pub(crate) broadworks: bool,
    /// The person it acts as, who sees what is shown to their groups [default: a new one]
    #[arg(long, value_name = "UUID")]
    pub(crate) person: Option<Uuid>,
    /// When it ends, from now, such as `90d` [default: never]
    #[arg(long, value_name = "DURATION")]
    pub(crate) expires_in: Option<Term>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum Role {
    /// Everything
    Admin,
    /// Reading what is shared with it
    Reader,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Config {
    /// Show each setting, its value, and where that came from
    ///
    /// A flag wins over the environment, that over the file, that over the default. The variable of `limits.batch_items`
    /// is `CARDFILE_LIMITS_BATCH_ITEMS`. What is printed can be used as a configuration file.
    #[command(verbatim_doc_comment)]
    Print,
}

impl Common {
    /// Where the directory is kept.
    pub(crate) fn place(&self) -> Place {
        match &self.database {
            Some(url) => Place::Database(url.clone()),
            None => Place::Embedded(self.data.clone()),
        }
    }
}

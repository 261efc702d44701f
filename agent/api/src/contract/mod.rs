//! Every route of both applications, as data: the OpenAPI documents are made of it.

mod admin;
mod crm;
mod document;
mod shared;

use std::collections::BTreeSet;

use utoipa::ToSchema;
use utoipa::openapi::{RefOr, Schema};

/// What any route may answer: the door judges page, name, head and body of each request, a GET's too, and
/// anything of ours may break or be away.
const ANY: [u16; 10] = [400, 403, 408, 413, 415, 421, 429, 431, 500, 503];

/// Who may call a route.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Anybody who reaches the address.
    Public,
    /// Somebody in the middle of signing in, set-up, claim or enrolment.
    Step,
    /// Somebody with a session of this application.
    Session,
    /// A manager with a session.
    Manager,
}

/// The method of a route.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// Reads.
    Get,
    /// Creates or acts.
    Post,
    /// Replaces.
    Put,
    /// Changes parts.
    Patch,
    /// Takes away.
    Delete,
}

/// What a route answers when all is well.
#[derive(Clone, Copy)]
pub enum Answer {
    /// 204.
    Nothing,
    /// JSON.
    Json(u16, Shape),
    /// JSON with the record's version as `ETag`.
    Versioned(u16, Shape),
    /// Bytes of this media type.
    Bytes(&'static str),
    /// Server-sent events with this data.
    Events(Shape),
}

/// A schema and those it names.
pub type Shape = fn(&mut Vec<(String, RefOr<Schema>)>) -> String;

/// One route.
pub struct Route {
    /// Its method.
    pub method: Method,
    /// Its path below `/api/v1`, with `{id}` where an identifier stands.
    pub path: &'static str,
    /// Who may call it.
    pub access: Access,
    /// What it is for, in a few words.
    pub summary: &'static str,
    /// JSON that it takes.
    pub takes: Option<Shape>,
    /// What it answers.
    pub answer: Answer,
    /// Parameters of the query.
    pub query: &'static [Parameter],
    /// Whether it needs `If-Match`.
    pub conditional: bool,
    /// Whether it knows a repeated request by its `Idempotency-Key`.
    pub repeatable: bool,
    /// Statuses of its own problems, besides those of [`Route::refusals`].
    pub problems: &'static [u16],
}

/// A parameter of the query.
pub struct Parameter {
    /// Its name.
    pub name: &'static str,
    /// What it is.
    pub text: &'static str,
}

/// An application.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum App {
    /// The admin application.
    Admin,
    /// The CRM.
    Crm,
}

impl App {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Admin, Self::Crm];

    /// Its name, `admin` or `crm`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Admin => "admin",
            Self::Crm => "crm",
        }
    }

    /// The one name that it answers to.
    pub const fn host(self) -> &'static str {
        match self {
            Self::Admin => "gatehouse.internal",
            Self::Crm => "crm.gatehouse.internal",
        }
    }

    /// Its routes, in the order of its document.
    pub fn routes(self) -> Vec<Route> {
        let own = match self {
            Self::Admin => admin::routes(),
            Self::Crm => crm::routes(),
        };
        own.into_iter().chain(shared::routes(self)).collect()
    }

    /// Its OpenAPI document, with a line feed at the end.
    ///
    /// # Errors
    /// When a schema cannot be written as JSON.
    pub fn document(self) -> serde_json::Result<String> {
        document::of(self)
    }
}

impl Route {
    /// The status of its answer when all is well.
    pub const fn done(&self) -> u16 {
        match self.answer {
            Answer::Nothing => 204,
            Answer::Json(status, _) | Answer::Versioned(status, _) => status,
            Answer::Bytes(_) | Answer::Events(_) => 200,
        }
    }

    /// Statuses of every problem that it may answer: its own, and what follows from who may call it and
    /// how.
    pub fn refusals(&self) -> BTreeSet<u16> {
        let mut all: BTreeSet<u16> = ANY.into_iter().chain(self.problems.iter().copied()).collect();
        match self.access {
            Access::Public => {}
            Access::Step => all.extend([401]),
            // Also when the store was closed while the request was under way.
            Access::Session | Access::Manager => all.extend([401, 409]),
        }
        if self.path.contains("{id}") {
            all.insert(404);
        }
        if self.conditional {
            all.extend([412, 428]);
        }
        all
    }

    fn new(method: Method, path: &'static str, access: Access, summary: &'static str) -> Self {
        Self {
            method,
            path,
            access,
            summary,
            takes: None,
            answer: Answer::Nothing,
            query: &[],
            conditional: false,
            repeatable: false,
            problems: &[],
        }
    }

    fn takes<T: ToSchema>(mut self) -> Self {
        self.takes = Some(shape::<T>);
        self
    }

    fn gives<T: ToSchema>(mut self) -> Self {
        self.answer = Answer::Json(200, shape::<T>);
        self
    }

    fn creates<T: ToSchema>(mut self) -> Self {
        self.answer = Answer::Versioned(201, shape::<T>);
        self
    }

    fn versioned<T: ToSchema>(mut self) -> Self {
        self.answer = Answer::Versioned(200, shape::<T>);
        self
    }

    fn bytes(mut self, media: &'static str) -> Self {
        self.answer = Answer::Bytes(media);
        self
    }

    fn events<T: ToSchema>(mut self) -> Self {
        self.answer = Answer::Events(shape::<T>);
        self
    }

    fn query(mut self, parameters: &'static [Parameter]) -> Self {
        self.query = parameters;
        self
    }

    fn conditional(mut self) -> Self {
        self.conditional = true;
        self
    }

    fn repeatable(mut self) -> Self {
        self.repeatable = true;
        self
    }

    fn problems(mut self, statuses: &'static [u16]) -> Self {
        self.problems = statuses;
        self
    }
}

fn shape<T: ToSchema>(all: &mut Vec<(String, RefOr<Schema>)>) -> String {
    let name = T::name().into_owned();
    T::schemas(all);
    all.push((name.clone(), T::schema()));
    name
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn no_route_is_listed_twice() {
        for app in App::ALL {
            let mut seen = BTreeSet::new();
            for route in app.routes() {
                assert!(seen.insert((route.path, format!("{:?}", route.method))), "{}", route.path);
            }
        }
    }

    /// The whole list of what a stranger may call; a new public route has to be written down here.
    #[test]
    fn only_the_listed_routes_are_public() {
        let public = |app: App| {
            let routes = app.routes().into_iter().filter(|route| route.access == Access::Public);
            routes
                .map(|route| format!("{:?} {}", route.method, route.path))
                .collect::<BTreeSet<_>>()
        };
        let set = |list: &[&str]| list.iter().map(|&one| one.to_owned()).collect::<BTreeSet<_>>();
        let admin =
            ["Get /start", "Post /setup/code", "Post /session", "Get /ca.crt", "Post /csp-report"];
        assert_eq!(public(App::Admin), set(&admin));
        let crm = [
            "Get /start",
            "Post /claim/code",
            "Post /unlock",
            "Post /enrol/code",
            "Post /session",
            "Post /csp-report",
        ];
        assert_eq!(public(App::Crm), set(&crm));
    }
}

//! The OpenAPI document of an application, made of its routes.

use utoipa::openapi::path::{
    HttpMethod, OperationBuilder, Parameter, ParameterBuilder, ParameterIn, PathsBuilder,
};
use utoipa::openapi::request_body::RequestBodyBuilder;
use utoipa::openapi::security::{ApiKey, ApiKeyValue, SecurityRequirement, SecurityScheme};
use utoipa::openapi::{
    ComponentsBuilder, Content, HeaderBuilder, InfoBuilder, ObjectBuilder, OpenApiBuilder,
    PathItem, Ref, RefOr, Required, Response, ResponseBuilder, Schema, ServerBuilder, Type,
};

use super::{Access, Answer, App, Method, Route, shape};
use crate::cookie::Cookie;
use crate::shape::shared::Problem;

type Schemas = Vec<(String, RefOr<Schema>)>;

pub(super) fn of(app: App) -> serde_json::Result<String> {
    let mut schemas = Schemas::new();
    let problem = shape::<Problem>(&mut schemas);
    let mut paths = PathsBuilder::new();
    for route in app.routes() {
        let operation = operation(&route, &problem, &mut schemas);
        let item = PathItem::new(method(route.method), operation);
        paths = paths.path(route.path, item);
    }
    let cookie =
        |cookie: Cookie| SecurityScheme::ApiKey(ApiKey::Cookie(ApiKeyValue::new(cookie.name(app))));
    let components = ComponentsBuilder::new()
        .schemas_from_iter(schemas)
        .security_scheme("session", cookie(Cookie::Session))
        .security_scheme("step", cookie(Cookie::Step))
        .build();
    let title = match app {
        App::Admin => "Gatehouse admin",
        App::Crm => "Gatehouse CRM",
    };
    let document = OpenApiBuilder::new()
        .info(InfoBuilder::new().title(title).version("1").build())
        .servers(Some([ServerBuilder::new().url("/api/v1").build()]))
        .paths(paths.build())
        .components(Some(components))
        .build();
    Ok(serde_json::to_string_pretty(&document)? + "\n")
}

fn operation(route: &Route, problem: &str, schemas: &mut Schemas) -> OperationBuilder {
    let mut operation = OperationBuilder::new()
        .summary(Some(route.summary))
        .operation_id(Some(operation_id(route)));
    operation = match route.access {
        Access::Public => operation,
        Access::Step => operation.security(need("step")),
        Access::Session | Access::Manager => operation.security(need("session")),
    };
    for parameter in parameters(route) {
        operation = operation.parameter(parameter);
    }
    if let Some(shape) = route.takes {
        let content = Content::new(Some(Ref::from_schema_name(shape(schemas))));
        let body = RequestBodyBuilder::new().content("application/json", content);
        operation = operation.request_body(Some(body.required(Some(Required::True)).build()));
    }
    let response = answer(&route.answer, schemas);
    operation = operation.response(route.done().to_string(), response);
    for status in route.refusals() {
        let content = Content::new(Some(Ref::from_schema_name(problem)));
        let response = ResponseBuilder::new().description("Problem");
        let response = response.content("application/problem+json", content).build();
        operation = operation.response(status.to_string(), response);
    }
    operation
}

fn answer(answer: &Answer, schemas: &mut Schemas) -> Response {
    let json = |name: String| Content::new(Some(Ref::from_schema_name(name)));
    let done = ResponseBuilder::new().description("Done");
    let response = match *answer {
        Answer::Nothing => done,
        Answer::Json(_, shape) => done.content("application/json", json(shape(schemas))),
        Answer::Versioned(_, shape) => {
            let etag =
                HeaderBuilder::new().schema(Some(text())).description(Some("The version")).build();
            done.header("ETag", etag).content("application/json", json(shape(schemas)))
        }
        Answer::Bytes(media) => done.content(media, Content::new(Some(text()))),
        Answer::Events(shape) => done.content("text/event-stream", json(shape(schemas))),
    };
    response.build()
}

fn parameters(route: &Route) -> Vec<Parameter> {
    let mut all = Vec::new();
    if route.path.contains("{id}") {
        all.push(parameter("id", ParameterIn::Path, Required::True, "UUID"));
    }
    for given in route.query {
        all.push(parameter(given.name, ParameterIn::Query, Required::False, given.text));
    }
    if route.conditional {
        let text = "The `ETag` of what is changed";
        all.push(parameter("If-Match", ParameterIn::Header, Required::True, text));
    }
    if route.repeatable {
        let text = "UUID; the same one makes a repeated request the same request";
        all.push(parameter("Idempotency-Key", ParameterIn::Header, Required::False, text));
    }
    all
}

fn parameter(name: &str, place: ParameterIn, required: Required, what: &str) -> Parameter {
    ParameterBuilder::new()
        .name(name)
        .parameter_in(place)
        .required(required)
        .description(Some(what))
        .schema(Some(text()))
        .build()
}

fn text() -> ObjectBuilder {
    ObjectBuilder::new().schema_type(Type::String)
}

fn need(scheme: &str) -> SecurityRequirement {
    SecurityRequirement::new(scheme, [""; 0])
}

/// `GET /contacts/{id}/history` is `getContactsIdHistory`.
fn operation_id(route: &Route) -> String {
    let mut id = method_name(route.method).to_owned();
    for word in route.path.split(|c: char| !c.is_ascii_alphanumeric()) {
        let mut letters = word.chars();
        id.extend(letters.next().map(|first| first.to_ascii_uppercase()));
        id.extend(letters);
    }
    id
}

const fn method_name(method: Method) -> &'static str {
    match method {
        Method::Get => "get",
        Method::Post => "post",
        Method::Put => "put",
        Method::Patch => "patch",
        Method::Delete => "delete",
    }
}

const fn method(method: Method) -> HttpMethod {
    match method {
        Method::Get => HttpMethod::Get,
        Method::Post => HttpMethod::Post,
        Method::Put => HttpMethod::Put,
        Method::Patch => HttpMethod::Patch,
        Method::Delete => HttpMethod::Delete,
    }
}

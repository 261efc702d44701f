//! HTTP of both applications: routes, OpenAPI, problems, limits, CSRF, headers.

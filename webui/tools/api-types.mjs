// Makes src/api/types/{admin,crm}.ts of api's OpenAPI documents, before anything reads them.
import { mkdirSync, writeFileSync } from "node:fs";
import openapi, { astToString } from "openapi-typescript";

const types = new URL("../src/api/types/", import.meta.url);
mkdirSync(types, { recursive: true });
for (const app of ["admin", "crm"]) {
  const source = new URL(`../../agent/api/openapi/${app}.json`, import.meta.url);
  writeFileSync(new URL(`${app}.ts`, types), astToString(await openapi(source)));
}

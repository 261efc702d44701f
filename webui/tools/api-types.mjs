// Writes src/api/types/{admin,crm}.ts from api's OpenAPI documents; `--check` fails when they differ.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import openapi, { astToString } from "openapi-typescript";

const check = process.argv.includes("--check");
let stale = false;
for (const app of ["admin", "crm"]) {
  const source = new URL(`../../agent/api/openapi/${app}.json`, import.meta.url);
  const target = new URL(`../src/api/types/${app}.ts`, import.meta.url);
  const text = `// Made by tools/api-types.mjs from agent/api/openapi/${app}.json: change that one.\n${astToString(await openapi(source))}`;
  let present = "";
  try {
    present = readFileSync(target, "utf8");
  } catch {
    // Not there yet: as good as different.
  }
  if (present === text) continue;
  if (check) {
    console.error(`src/api/types/${app}.ts is not what ${app}.json says: npm run api-types`);
    stale = true;
  } else {
    mkdirSync(new URL("../src/api/types/", import.meta.url), { recursive: true });
    writeFileSync(target, text);
  }
}
process.exit(stale ? 1 : 0);

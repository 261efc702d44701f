// Builds every app that has a `src/<app>/main.tsx` into dist/<app>, and says what a browser loads.
import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build } from "vite";

const at = (path) => new URL(`../${path}`, import.meta.url);
const kib = (bytes) => `${Math.round(bytes / 1024)} KiB`;

rmSync(at("dist"), { recursive: true, force: true });
for (const app of ["admin", "crm"]) {
  if (!existsSync(at(`src/${app}/main.tsx`))) continue;
  await build({ configFile: fileURLToPath(at("vite.config.ts")), mode: app, logLevel: "warn" });
  const files = readdirSync(at(`dist/${app}/assets/`)).map((name) => readFileSync(at(`dist/${app}/assets/${name}`)));
  const raw = files.reduce((sum, file) => sum + file.length, 0);
  const packed = files.reduce((sum, file) => sum + gzipSync(file).length, 0);
  console.log(`${app}: ${kib(raw)}, ${kib(packed)} gzip`);
}

// Says what a browser loads, packed.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";

for (const app of ["admin", "crm"]) {
  const folder = new URL(`../dist/${app}/assets/`, import.meta.url);
  if (!existsSync(folder)) continue;
  let raw = 0;
  let packed = 0;
  for (const name of readdirSync(folder)) {
    const bytes = readFileSync(new URL(name, folder));
    raw += bytes.length;
    packed += gzipSync(bytes).length;
  }
  console.log(`${app}: ${Math.round(raw / 1024)} KiB, ${Math.round(packed / 1024)} KiB gzip`);
}

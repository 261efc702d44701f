import { fileURLToPath } from "node:url";
import tailwindcss from "@tailwindcss/vite";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

// Two apps from one tree: `vite --mode admin` and `vite --mode crm`.
export default defineConfig(({ mode }) => {
  const app = mode === "crm" ? "crm" : "admin";
  return {
    root: fileURLToPath(new URL(`src/${app}`, import.meta.url)),
    plugins: [react(), tailwindcss()],
    build: {
      outDir: fileURLToPath(new URL(`dist/${app}`, import.meta.url)),
      emptyOutDir: true,
      // The policy of the page allows nothing inline: no polyfill script, no data: asset.
      modulePreload: { polyfill: false },
      assetsInlineLimit: 0,
      target: ["chrome125", "safari17.5", "firefox128"],
      chunkSizeWarningLimit: 800,
    },
    server: { proxy: { "/api": api(app === "crm" ? "crm.gatehouse.internal" : "gatehouse.internal") } },
  };
});

// The application answers to its own name and takes changes from its own pages only: `make dev` says where it is.
function api(host: string) {
  return { target: process.env.GATEHOUSE_API ?? "http://127.0.0.1:8787", headers: { host, origin: `https://${host}` } };
}

// Bundles scripts and styles into web/assets/dist. What is listed here is all that the pages load.
import { copyFile, mkdir, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const source = dirname(fileURLToPath(import.meta.url));
const target = join(source, "..", "..", "assets", "dist");

await rm(target, { recursive: true, force: true });
await mkdir(target, { recursive: true });
const shared = { bundle: true, minify: true, legalComments: "none", target: ["es2022"], logLevel: "info", outdir: target };
await build({
  ...shared,
  format: "esm",
  loader: { ".svg": "text", ".css": "css" },
  entryPoints: {
    call: join(source, "call/main.ts"),
    console: join(source, "console/main.ts"),
    phone: join(source, "phone/main.ts"),
    search: join(source, "search/main.ts"),
    "studio-check": join(source, "studio/check.ts"),
    transcript: join(source, "transcript/main.ts"),
    widget: join(source, "widget/main.ts"),
  },
});
// The loader runs on other people's pages: one classic script without globals of its own.
await build({ ...shared, format: "iife", entryPoints: { loader: join(source, "widget/loader.ts") }, loader: { ".svg": "text" } });
await build({
  ...shared,
  target: ["chrome115", "firefox115", "safari16.4"],
  entryPoints: ["account", "console", "demo", "login", "phone", "privacy", "refills", "search", "studio", "supervision", "transcript", "widget"].map((name) => join(source, "styles", `${name}.css`)),
});
await copyFile(join(source, "leaf.svg"), join(target, "leaf.svg"));

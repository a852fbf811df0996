/**
 * How the console is made from page/: one HTML file and hashed assets, nothing inline, so that the page can forbid
 * inline script and style. build.ts runs it; nothing of Vite is there when the page is shown.
 */
import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vite'

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url))

export default defineConfig({
  root: here('./page'),
  base: '/',
  publicDir: here('./page/public'),
  // While the page is being changed: `npx vite -c dashboards/console/vite.config.ts`, beside a Lantern that runs.
  server: {
    host: '127.0.0.1',
    proxy: { '/v1': 'http://127.0.0.1:8080', '/readyz': 'http://127.0.0.1:8080' },
  },
  build: {
    outDir: here('./dist'),
    emptyOutDir: true,
    target: 'es2022',
    // A data: URL would need an exception in the Content-Security-Policy.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 1000,
  },
})

import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

/**
 * The hub serves `dist` under a strict content security policy (S13): scripts only from files with hashed names, styles by a
 * nonce that the hub puts in place of `__CSP_NONCE__`. So nothing is inlined into index.html, and no asset becomes a data URL.
 */
export default defineConfig({
  root: import.meta.dirname,
  plugins: [react()],
  html: { cspNonce: '__CSP_NONCE__' },
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    target: 'es2024',
    assetsInlineLimit: 0,
    // Maps would carry the paths of the machine that built them.
    sourcemap: false,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 700,
  },
})

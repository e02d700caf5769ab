const reloadedAtKey = 'postern-reloaded-at'
/** Within this time of a reload another one would not help, in milliseconds. */
const reloadGapMs = 60_000

/**
 * Pages are fetched when they are first opened. A hub that was updated meanwhile has other files, so that a page of before finds
 * none: then the console is loaded anew, at the same address. Where that has just been done, what is wrong is shown instead.
 */
export function reloadWhenOutdated(): void {
  globalThis.addEventListener('vite:preloadError', (event) => {
    const reloadedAt = Number(sessionStorage.getItem(reloadedAtKey) ?? 0)
    if (Date.now() - reloadedAt < reloadGapMs) return
    sessionStorage.setItem(reloadedAtKey, String(Date.now()))
    event.preventDefault()
    globalThis.location.reload()
  })
}

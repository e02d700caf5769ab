/** The status page's style sheet; the page's policy names it by its hash, so nothing else can style or script the page. */
export const statusPageStyle = `
:root { color-scheme: light dark; --ink: #16202c; --quiet: #5b6878; --line: #dde3ea; --paper: #f4f6f9; --card: #fff; --accent: #0b6bcb; --good: #11734b; --warn: #8a5a00; --bad: #b3261e; }
@media (prefers-color-scheme: dark) { :root { --ink: #e7edf4; --quiet: #98a6b7; --line: #2b3643; --paper: #10161d; --card: #18212b; --accent: #6cb2ff; --good: #5fd39f; --warn: #f0b95a; --bad: #ff8a80; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 68rem; padding: 2.5rem 1.25rem 4rem; background: var(--paper); color: var(--ink); font: 16px/1.55 system-ui, sans-serif; }
header p { margin: 0; color: var(--quiet); }
.eyebrow { font-size: .8rem; letter-spacing: .08em; text-transform: uppercase; }
header .eyebrow { color: var(--accent); font-weight: 600; }
h1 { margin: .1rem 0 .3rem; font-size: 2rem; line-height: 1.2; }
h2 { margin: 0 0 .75rem; font-size: 1.05rem; }
section, .facts > div { background: var(--card); border: 1px solid var(--line); border-radius: 12px; padding: 1.1rem 1.25rem; }
section { margin-top: 1rem; }
.facts { display: grid; grid-template-columns: repeat(auto-fit, minmax(16rem, 1fr)); gap: 1rem; margin: 1.75rem 0 1rem; }
.facts dt { color: var(--quiet); font-size: .85rem; }
.facts dd { margin: .15rem 0 0; font-size: 1.05rem; font-weight: 600; overflow-wrap: anywhere; }
.facts > div:last-child { grid-column: 1 / -1; }
.facts time { white-space: normal; }
.facts small { color: var(--quiet); font-weight: 400; }
.facts code { font-size: .85rem; font-weight: 400; }
.scroll { overflow-x: auto; }
table { width: 100%; border-collapse: collapse; font-size: .92rem; }
th, td { padding: .5rem .75rem .5rem 0; text-align: left; border-top: 1px solid var(--line); vertical-align: top; }
thead th { border-top: 0; color: var(--quiet); font-weight: 500; font-size: .82rem; }
.number { font-variant-numeric: tabular-nums; }
td code { overflow-wrap: anywhere; }
meter { width: 9rem; max-width: 100%; }
.answer { font-weight: 600; font-variant-numeric: tabular-nums; }
.good { color: var(--good); } .warn { color: var(--warn); } .bad { color: var(--bad); }
.chips { display: flex; flex-wrap: wrap; gap: .4rem; margin: 0; padding: 0; list-style: none; }
.chips li { padding: .15rem .6rem; border: 1px solid var(--line); border-radius: 99px; font-size: .85rem; }
.quiet { margin: 0; color: var(--quiet); }
time { white-space: nowrap; }
`

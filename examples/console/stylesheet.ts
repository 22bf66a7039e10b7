/** The look of the application, in light and dark, from 320 pixels on. Identity providers have another colour. */
export const STYLESHEET = `
:root { color-scheme: light dark; --text: #1d2530; --quiet: #545f6e; --page: #f6f7f9; --box: #fff; --soft: #eef1f5; --line: #d3d9e1; --edge: #78838f; --link: #0b57b0; --on-link: #fff; --bad: #a6172b; --good: #14692c; --warn: #7a4b00; }
@media (prefers-color-scheme: dark) { :root { --text: #e4e9f0; --quiet: #a3aebc; --page: #10141a; --box: #181d25; --soft: #222935; --line: #333c49; --edge: #8290a0; --link: #86bcff; --on-link: #0b1420; --bad: #ff9a9d; --good: #7fdc93; --warn: #f0c060; } }
.foreign { --link: #6b3fa0; border-top: .5rem solid var(--link); }
@media (prefers-color-scheme: dark) { .foreign { --link: #cfb0ff; --on-link: #1b1026; } }
* { box-sizing: border-box; }
body { margin: 0; font: 1rem/1.55 system-ui, -apple-system, 'Segoe UI', Roboto, sans-serif; color: var(--text); background: var(--page); overflow-wrap: anywhere; }
header, main { max-width: 66rem; margin: 0 auto; padding: 0 1.25rem; }
header { border-bottom: 1px solid var(--line); margin-bottom: 1.75rem; padding-top: .75rem; } main { padding-bottom: 4rem; } .foreign main { padding-top: 1.25rem; }
nav ul { display: flex; flex-wrap: wrap; list-style: none; gap: 0 .25rem; margin: 0; padding: 0; } nav a { display: block; padding: .5rem .7rem; text-decoration: none; } nav a:hover { text-decoration: underline; } nav ul { margin-inline: -.7rem; }
a { color: var(--link); text-underline-offset: .15em; }
h1 { font-size: 1.65rem; line-height: 1.25; margin: 0 0 1rem; } h2 { font-size: 1.2rem; line-height: 1.35; margin: 2.25rem 0 .5rem; } h3 { font-size: 1rem; margin: 1.5rem 0 .25rem; }
p, ul, ol { max-width: 46rem; } li { margin: .2rem 0; } nav li { margin: 0; }
:focus-visible { outline: 3px solid var(--link); outline-offset: 2px; border-radius: .15rem; }
label { font-weight: 600; } form.line label { display: block; } form.line { display: flex; flex-wrap: wrap; gap: .4rem .6rem; align-items: end; margin-block: .3rem; } td form.line { align-items: center; }
input, select { font: inherit; color: inherit; background: var(--box); border: 1px solid var(--edge); border-radius: .35rem; padding: .35rem .6rem; min-height: 2.4rem; max-width: 100%; } label input { display: block; font-weight: 400; } input[type=email] { min-width: 18rem; } label input[type=email] { min-width: 0; }
button { font: inherit; font-weight: 600; padding: .35rem .9rem; min-height: 2.4rem; border: 1px solid var(--link); border-radius: .35rem; background: var(--link); color: var(--on-link); cursor: pointer; }
td button { background: transparent; color: var(--link); font-weight: 500; padding: .15rem .7rem; min-height: 2rem; } td button.danger { color: var(--bad); border-color: var(--bad); } td input, td select { min-height: 2rem; padding: .15rem .5rem; }
table { border-collapse: collapse; width: 100%; margin: .75rem 0; background: var(--box); border: 1px solid var(--line); } th { font-size: .875rem; color: var(--quiet); font-weight: 600; }
th, td { text-align: start; vertical-align: top; padding: .55rem .75rem; border-bottom: 1px solid var(--line); } td:first-child { min-width: 13rem; } td form { margin: 0; } td form + form { margin-top: .35rem; } tbody th { width: 14rem; }
small, .quiet, .locked { display: block; color: var(--quiet); font-size: .9rem; }
.locked strong, .tag { display: inline-block; border: 1px solid currentColor; border-radius: 1rem; padding: 0 .6rem; font-size: .8rem; font-weight: 600; color: var(--warn); margin-inline-end: .35rem; } .tag.good { color: var(--good); }
.notice { background: var(--box); border: 1px solid var(--line); border-inline-start: 5px solid var(--warn); border-radius: .35rem; padding: .25rem 1rem; margin: 1rem 0; max-width: 48rem; } [role=alert] { color: var(--bad); }
code, pre { font: .92em/1.5 ui-monospace, 'SF Mono', Consolas, monospace; background: var(--soft); border-radius: .25rem; overflow-wrap: anywhere; } code { padding: .1rem .35rem; } pre { padding: .75rem; white-space: pre-wrap; }
details { margin: .5rem 0; } summary { cursor: pointer; padding: .25rem 0; }
ol.steps > li { margin: 0 0 1rem; padding-inline-start: .25rem; } ol.steps > li::marker { font-weight: 600; } ol.steps > li.done { color: var(--quiet); } ol.steps > li[aria-current] { border-inline-start: 5px solid var(--link); background: var(--box); padding: .6rem .9rem; border-radius: .35rem; }
.cards { display: grid; grid-template-columns: repeat(auto-fit, minmax(15rem, 1fr)); gap: 1rem; list-style: none; padding: 0; max-width: none; } .cards > li { background: var(--box); border: 1px solid var(--line); border-radius: .5rem; padding: .75rem 1rem; } .cards h2 { margin-top: .25rem; }
@media (max-width: 42rem) {
  h1 { font-size: 1.4rem; } header, main { padding-inline: 1rem; } nav a { padding-inline: .5rem; } nav ul { margin-inline: -.5rem; } input, select { width: 100%; } input[type=email], td:first-child { min-width: 0; } td form.line input, td form.line select { width: auto; flex: 1 1 8rem; }
  table, tbody, tr, td, tbody th { display: block; width: auto; } thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  table { background: none; border: 0; } tr { background: var(--box); border: 1px solid var(--line); border-radius: .5rem; margin-bottom: .75rem; padding: .35rem 0; } td, tbody th { border: 0; padding: .25rem .85rem; }
  td[data-label]::before { content: attr(data-label); display: block; color: var(--quiet); font-size: .8rem; }
}
`;

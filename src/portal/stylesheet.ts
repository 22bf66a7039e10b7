/** The look of the portal, in light and dark, from 320 pixels on. */
export const STYLESHEET = `
:root { color-scheme: light dark; --text: #1d2530; --quiet: #545f6e; --page: #f6f7f9; --box: #ffffff; --soft: #eef1f5; --line: #d3d9e1; --edge: #78838f; --link: #0b57b0; --on-link: #ffffff; --good: #14692c; --bad: #a6172b; --warn: #7a4b00; }
@media (prefers-color-scheme: dark) { :root { --text: #e4e9f0; --quiet: #a3aebc; --page: #10141a; --box: #181d25; --soft: #222935; --line: #333c49; --edge: #8290a0; --link: #86bcff; --on-link: #0b1420; --good: #7fdc93; --bad: #ff9a9d; --warn: #f0c060; } }
* { box-sizing: border-box; }
body { margin: 0; font: 1rem/1.55 system-ui, -apple-system, 'Segoe UI', Roboto, sans-serif; color: var(--text); background: var(--page); overflow-wrap: anywhere; }
a { color: var(--link); text-underline-offset: .15em; }
header, main { max-width: 66rem; margin: 0 auto; padding: 0 1.25rem; }
main { padding-bottom: 4rem; } main:first-child { padding-top: 1.75rem; }
header { padding-top: 1rem; border-bottom: 1px solid var(--line); margin-bottom: 1.75rem; }
header p, nav ul { margin: 0; }
.where { display: flex; flex-wrap: wrap; justify-content: space-between; gap: .25rem 1.5rem; } .where span { color: var(--quiet); text-align: end; }
nav ul { display: flex; flex-wrap: wrap; gap: 0 .25rem; list-style: none; padding: .5rem 0 0; }
nav a { display: block; padding: .45rem .7rem; border-bottom: 3px solid transparent; text-decoration: none; }
nav a:hover { text-decoration: underline; } nav a[aria-current] { border-color: var(--link); color: var(--text); font-weight: 600; }
nav.parts { border-bottom: 1px solid var(--line); margin-bottom: 1.5rem; } nav.parts ul { padding: 0; max-width: none; } nav.parts a { padding: .3rem .7rem; } nav.parts li { margin: 0; } nav li { margin: 0; }
h1 { font-size: 1.65rem; line-height: 1.25; margin: 0 0 1rem; letter-spacing: -.01em; } h2 { font-size: 1.2rem; line-height: 1.35; margin: 2.25rem 0 .5rem; } h3 { font-size: 1rem; margin: 1.25rem 0 .25rem; }
p, ul, ol { max-width: 44rem; } li { margin: .2rem 0; }
.skip { position: absolute; left: -100rem; } .skip:focus { left: 1rem; top: .5rem; background: var(--box); padding: .5rem 1rem; z-index: 1; }
header p { max-width: none; }
:focus-visible, input:focus-within, select:focus, textarea:focus { outline: 3px solid var(--link); outline-offset: 2px; border-radius: .15rem; }
table { border-collapse: collapse; width: 100%; margin: .75rem 0; background: var(--box); border: 1px solid var(--line); }
caption { text-align: start; color: var(--quiet); padding: .25rem 0; } th { font-size: .875rem; color: var(--quiet); font-weight: 600; }
th, td { text-align: start; vertical-align: top; padding: .55rem .75rem; border-bottom: 1px solid var(--line); } td form { margin: 0; }
.scroll { overflow-x: auto; }
form { margin: 1rem 0; } fieldset { border: 1px solid var(--line); border-radius: .5rem; margin: 1rem 0; padding: .25rem 1rem .75rem; min-width: 0; max-width: 44rem; } legend { font-weight: 600; padding: 0 .35rem; max-width: 100%; }
.field { margin: 1rem 0; max-width: 40rem; } fieldset .field { margin: .6rem 0; } label { display: block; font-weight: 600; } label.check { font-weight: 400; padding: .15rem 0; }
small, .quiet { display: block; color: var(--quiet); font-size: .9rem; font-weight: 400; } td .quiet { font-size: .875rem; }
input:not([type=checkbox]):not([type=radio]), select, textarea { width: 100%; min-height: 2.5rem; font: inherit; color: inherit; background: var(--box); border: 1px solid var(--edge); border-radius: .35rem; padding: .4rem .6rem; }
input[type=checkbox], input[type=radio] { width: 1.15rem; height: 1.15rem; vertical-align: -.2rem; accent-color: var(--link); }
[aria-invalid=true]:not([type=checkbox]) { border-color: var(--bad); box-shadow: 0 0 0 1px var(--bad); }
button, .button { font: inherit; font-weight: 600; padding: .5rem 1.1rem; border: 1px solid var(--link); border-radius: .35rem; background: var(--link); color: var(--on-link); cursor: pointer; display: inline-block; text-decoration: none; margin: .15rem .4rem .15rem 0; }
button:hover, .button:hover { filter: brightness(1.1); } button.second { background: transparent; color: var(--link); }
button.danger { background: transparent; color: var(--bad); border-color: var(--bad); } button[disabled] { opacity: .6; cursor: default; }
button.copy { padding: .1rem .6rem; font-size: .85rem; font-weight: 400; background: transparent; color: var(--link); }
form.row { display: flex; flex-wrap: wrap; align-items: end; gap: .5rem 1rem; } form.row .field { margin: 0; flex: 1 1 9rem; max-width: 16rem; } form.row p { margin: 0; }
.actions { display: flex; flex-wrap: wrap; gap: .25rem .75rem; align-items: start; } .actions form { margin: .25rem 0; } .actions p { margin: 0; }
fieldset.line { display: flex; flex-wrap: wrap; gap: 0 1rem; align-items: end; max-width: 60rem; } fieldset.line .field { flex: 1 1 10rem; max-width: 20rem; } fieldset.line .field:has([type=checkbox]) { flex-basis: 100%; max-width: none; margin: .15rem 0; }
.fault { display: block; color: var(--bad); }
.problem, .notice, .done, .choice { background: var(--box); border: 1px solid var(--line); border-inline-start: 5px solid var(--bad); border-radius: .35rem; padding: .25rem 1rem; margin: 1rem 0; max-width: 48rem; }
.done { border-inline-start-color: var(--good); padding: .6rem 1rem; } .notice { border-inline-start-color: var(--warn); } .notice.error { border-inline-start-color: var(--bad); } .notice.hint { border-inline-start-color: var(--link); }
.notice h3 { margin-top: .6rem; }
.state { display: inline-block; border: 1px solid currentColor; border-radius: 1rem; padding: 0 .65rem; font-size: .85rem; font-weight: 600; color: var(--quiet); background: var(--box); }
.state-active, .state-live, .state-proved, .state-well, .state-done, .gains { color: var(--good); }
.state-rejected, .state-revoked, .state-failed, .state-expired, .state-deactivated, .state-refused, .state-unauthorized, .state-failing, .state-locked-out, .loses { color: var(--bad); }
.state-submitted, .state-needs-information, .state-pending, .state-invited, .state-late, .state-troubled { color: var(--warn); }
code, pre { font: .92em/1.5 ui-monospace, 'SF Mono', Consolas, monospace; } code { background: var(--soft); padding: .1rem .35rem; border-radius: .25rem; overflow-wrap: anywhere; } code.copied { user-select: all; }
pre { background: var(--soft); padding: .75rem; border-radius: .35rem; white-space: pre-wrap; overflow-wrap: anywhere; }
dl { display: grid; grid-template-columns: minmax(9rem, max-content) minmax(0, 1fr); gap: .4rem 1.5rem; } dt { color: var(--quiet); } dd { margin: 0; }
.numbers { display: flex; flex-wrap: wrap; gap: .75rem; padding: 0; list-style: none; max-width: none; } .numbers li { background: var(--box); border: 1px solid var(--line); border-radius: .5rem; padding: .5rem 1rem; } .numbers strong { display: block; font-size: 1.5rem; line-height: 1.3; }
details { margin: 1rem 0; } summary { cursor: pointer; color: var(--link); padding: .25rem 0; }
figure { margin: 1rem 0; } figcaption { color: var(--quiet); font-size: .9rem; }
.picture { display: block; width: 100%; height: auto; max-width: 44rem; background: var(--box); border: 1px solid var(--line); border-radius: .5rem; } .picture text { fill: var(--text); font-size: 12.5px; unicode-bidi: isolate; } .picture .small { fill: var(--quiet); font-size: 11px; }
.picture rect.place { fill: var(--soft); stroke: var(--line); } .picture path { fill: none; stroke-width: 2; } .picture .appears { stroke: var(--good); } .picture .goes { stroke: var(--bad); stroke-dasharray: 6 4; } .picture .stays { stroke: var(--edge); stroke-width: 1.25; }
.picture .calls-done { fill: var(--edge); } .picture .calls-bad { fill: var(--bad); } .picture .axis { stroke: var(--line); stroke-width: 1; }
ul.plain, ol.plain { list-style: none; padding: 0; max-width: none; } ul.plain > li, ol.plain > li { border-bottom: 1px solid var(--line); padding: .5rem 0 1rem; } ul.plain > li:last-child { border-bottom: 0; } ul.plain h2, ul.plain h3 { margin-top: .5rem; }
.steps { padding-inline-start: 1.4rem; } .steps > li { margin: 0 0 1.25rem; } .steps > li::marker { font-weight: 600; color: var(--quiet); }
@media (max-width: 42rem) {
  .picture text { font-size: 16px; } .picture .small { font-size: 14px; } nav a { padding-inline: .5rem; }
  h1 { font-size: 1.4rem; } header, main { padding-inline: 1rem; }
  dl { grid-template-columns: minmax(0, 1fr); gap: 0; } dd { margin-bottom: .6rem; }
  table.list, .list tbody, .list tr, .list td { display: block; width: auto; } .list thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  table.list { background: none; border: 0; } .list tr { background: var(--box); border: 1px solid var(--line); border-radius: .5rem; margin-bottom: .75rem; padding: .35rem 0; }
  .list td { position: relative; border: 0; padding: .2rem .85rem .2rem 8.25rem; } .list td::before { content: attr(data-label); position: absolute; left: .85rem; width: 7rem; color: var(--quiet); font-size: .8rem; } .list td:first-child, .list td[data-label=''] { padding-left: .85rem; } .list td:first-child::before, .list td[data-label='']::before { display: none; } .list td:first-child { font-weight: 600; }
}
@media (prefers-reduced-motion: no-preference) { a, button { transition: filter .1s; } }
@media (forced-colors: active) { .picture path { stroke: CanvasText; } .picture .goes { stroke: GrayText; } }
`;

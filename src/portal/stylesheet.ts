/** The look of the portal, in light and dark, from 320 pixels on. */
export const STYLESHEET = `
:root { color-scheme: light dark; --text: #1b1f24; --quiet: #57606a; --page: #ffffff; --box: #f3f5f7; --line: #c4cad1; --link: #0550ae; --good: #116329; --bad: #a40e26; }
@media (prefers-color-scheme: dark) { :root { --text: #e6edf3; --quiet: #9ea7b3; --page: #0d1117; --box: #161b22; --line: #3d444d; --link: #79b8ff; --good: #7ee787; --bad: #ff9492; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 64rem; padding: 0 1rem 3rem; font: 1rem/1.5 system-ui, sans-serif; color: var(--text); background: var(--page); overflow-wrap: anywhere; }
a { color: var(--link); }
header { border-bottom: 1px solid var(--line); margin-bottom: 1.5rem; padding: 1rem 0; }
header p, nav ul { margin: 0; }
nav ul { display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; list-style: none; padding: .5rem 0 0; }
h1 { font-size: 1.6rem; line-height: 1.25; } h2 { font-size: 1.2rem; margin-top: 2rem; }
.skip { position: absolute; left: -100rem; } .skip:focus { left: 1rem; top: .5rem; background: var(--page); padding: .5rem; }
:focus-visible { outline: 3px solid var(--link); outline-offset: 2px; }
table { border-collapse: collapse; width: 100%; } th, td { text-align: start; vertical-align: top; padding: .4rem .6rem .4rem 0; border-bottom: 1px solid var(--line); }
.scroll { overflow-x: auto; }
form { margin: 1rem 0; } fieldset { border: 1px solid var(--line); border-radius: .4rem; margin: 1rem 0; }
.field { margin: 1rem 0; max-width: 40rem; } label { display: block; font-weight: 600; } label.check { font-weight: 400; }
small, .quiet { display: block; color: var(--quiet); font-size: .9rem; }
input:not([type=checkbox]):not([type=radio]), select, textarea { width: 100%; font: inherit; color: inherit; background: var(--page); border: 1px solid var(--quiet); border-radius: .3rem; padding: .4rem .5rem; }
input[type=checkbox], input[type=radio] { width: 1.1rem; height: 1.1rem; vertical-align: -.15rem; }
[aria-invalid=true] { border-color: var(--bad); border-width: 2px; }
button, .button { font: inherit; padding: .45rem 1rem; border: 1px solid var(--link); border-radius: .3rem; background: var(--link); color: var(--page); cursor: pointer; }
button.danger { background: var(--page); color: var(--bad); border-color: var(--bad); }
button[disabled] { opacity: .6; }
.inline { display: inline-block; margin: 0 .5rem 0 0; } .inline p { margin: 0; }
.fault { display: block; color: var(--bad); } .problem { border: 2px solid var(--bad); border-radius: .4rem; padding: 0 1rem; background: var(--box); }
.done { border-inline-start: 4px solid var(--good); background: var(--box); padding: .5rem 1rem; }
.notice { border-inline-start: 4px solid var(--bad); background: var(--box); padding: .5rem 1rem; }
.state { border: 1px solid var(--line); border-radius: 1rem; padding: .05rem .6rem; font-size: .9rem; white-space: nowrap; }
.state-active, .state-proved, .gains { color: var(--good); } .state-rejected, .state-failed, .state-expired, .loses { color: var(--bad); }
ul.plain, ol.plain { list-style: none; padding: 0; } ul.plain > li { border-bottom: 1px solid var(--line); padding: .5rem 0 1rem; } h3 { font-size: 1.05rem; }
code { background: var(--box); padding: .1rem .3rem; border-radius: .2rem; overflow-wrap: anywhere; }
dl { display: grid; grid-template-columns: minmax(8rem, max-content) 1fr; gap: .3rem 1.5rem; } dt { color: var(--quiet); } dd { margin: 0; }
.picture { width: 100%; height: auto; } .picture text { fill: var(--text); font-size: 14px; } .picture .appears { stroke: var(--good); } .picture .goes { stroke: var(--bad); stroke-dasharray: 6 4; } .picture .stays { stroke: var(--quiet); } .picture path { fill: none; stroke-width: 2; }
@media (max-width: 40rem) { dl { grid-template-columns: 1fr; } dd { margin-bottom: .5rem; } }
@media (prefers-reduced-motion: no-preference) { a, button { transition: opacity .1s; } }
`;

import { hash } from 'node:crypto'

/** The one stylesheet of all pages: calm, light and dark, from phone to desktop, with the fonts of the system. */
export const STYLES = `
:root{color-scheme:light dark;--paper:#f4f3ef;--card:#fff;--ink:#1c2125;--soft:#58616a;--line:#e3e0d9;--field:#8b9198;
--accent:#0b6657;--accent-deep:#084f43;--on-accent:#fff;--tint:#e6f2ef;--warn:#6f4700;--warn-tint:#fcf1dd;--bad:#a0262b;--bad-tint:#fcebea;
--shadow:0 1px 2px rgb(28 33 37/.06),0 12px 32px -12px rgb(28 33 37/.16)}
@media (prefers-color-scheme:dark){:root{--paper:#111416;--card:#1a1e21;--ink:#ebe9e4;--soft:#a5adb5;--line:#2e3439;--field:#6c757d;
--accent:#58c8b3;--accent-deep:#7cd8c6;--on-accent:#05211c;--tint:#16302b;--warn:#f2ca7e;--warn-tint:#322811;--bad:#ff9f9a;--bad-tint:#3a1d1d;
--shadow:0 1px 2px rgb(0 0 0/.3),0 16px 40px -16px rgb(0 0 0/.6)}}
*,*::before,*::after{box-sizing:border-box}
html{-webkit-text-size-adjust:100%;text-size-adjust:100%}
body{margin:0;min-height:100vh;min-height:100dvh;display:flex;flex-direction:column;background:var(--paper);color:var(--ink);
font:1rem/1.55 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",sans-serif}
.top,.foot{width:100%;max-width:64rem;margin:0 auto;padding:1.25rem 1.5rem;display:flex;align-items:center;gap:.75rem;color:var(--soft);font-size:.875rem}
.top{color:var(--ink)}.top a{color:inherit;text-decoration:none}
.brand{display:flex;align-items:center;gap:.6rem;font-weight:600;letter-spacing:-.01em}
.brand svg{width:1.75rem;height:1.75rem;display:block}
.push{margin-left:auto}
main{flex:1;display:flex;align-items:center;justify-content:center;padding:1rem 1.25rem 3rem}
.card{width:100%;max-width:27.5rem;background:var(--card);border:1px solid var(--line);border-radius:1.125rem;padding:2.25rem;box-shadow:var(--shadow)}
.card.wide{max-width:40rem}
h1{margin:0 0 .5rem;font-size:1.5rem;line-height:1.25;font-weight:650;letter-spacing:-.018em;text-wrap:balance;overflow-wrap:anywhere}
h2{margin:1.75rem 0 .5rem;font-size:.8125rem;font-weight:600;color:var(--soft)}
p{margin:0 0 1rem;text-wrap:pretty}p:last-child{margin-bottom:0}
time{white-space:nowrap}.whole{display:inline-block;overflow-wrap:anywhere}
.lead{color:var(--soft);margin-bottom:1.5rem}
.lead strong{color:var(--ink);font-weight:600}
a{color:var(--accent);text-underline-offset:.18em}a:hover{color:var(--accent-deep)}
code{font:.875em/1.4 ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;overflow-wrap:anywhere}
:focus-visible{outline:3px solid var(--accent);outline-offset:2px;border-radius:.375rem}
.field{display:block;margin-bottom:1.125rem;font-size:.9375rem;font-weight:550}
.field :is(input,textarea){display:block;width:100%;margin-top:.375rem;padding:.6875rem .875rem;font:inherit;font-weight:400;color:inherit;background:var(--card);
border:1px solid var(--field);border-radius:.625rem}
.field :is(input,textarea):focus{outline:3px solid color-mix(in srgb,var(--accent) 35%,transparent);outline-offset:0;border-color:var(--accent)}
.label{margin:0;font-size:.9375rem;font-weight:550}.field textarea{resize:vertical;line-height:1.4}.field [aria-invalid=true]{border-color:var(--bad)}.field .small{margin:.375rem 0 0;font-weight:400}.field .small.bad{color:var(--bad)}
fieldset{min-width:0;margin:0;padding:0;border:0}legend{padding:1rem 0 .75rem;font-weight:650}fieldset:first-of-type legend{padding-top:0}
.pair{display:grid;grid-template-columns:repeat(2,minmax(0,1fr));column-gap:1rem}
.field .typed{padding:.875rem;font:600 1.75rem/1.2 ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;letter-spacing:.08em;text-align:center;text-transform:uppercase}
button,.button{font:inherit;font-weight:600;cursor:pointer;border-radius:.625rem;padding:.75rem 1.25rem;border:1px solid transparent;line-height:1.3}
.primary{background:var(--accent);color:var(--on-accent)}.primary:hover{background:var(--accent-deep)}
.quiet{background:transparent;border-color:var(--field);color:var(--ink)}.quiet:hover{background:var(--tint);border-color:var(--accent)}
.danger{background:var(--bad);color:var(--card)}.danger:hover{filter:brightness(.9)}
.wide-button{width:100%}a.button{text-align:center;text-decoration:none}
.other{margin-top:.875rem}.other .note{margin:.875rem 0 0}
.actions{display:flex;flex-wrap:wrap;gap:.75rem;margin-top:1.75rem}.actions button,.actions .button{flex:1}
.link{padding:0;border:0;background:none;color:var(--accent);font-weight:500;text-decoration:underline;text-underline-offset:.18em;border-radius:.25rem;white-space:nowrap}
.link:hover{color:var(--accent-deep)}
form.inline{display:inline}
.scopes{list-style:none;margin:0;padding:0;border:1px solid var(--line);border-radius:.75rem;overflow:hidden}
.scopes li+li{border-top:1px solid var(--line)}
.scopes label{display:flex;gap:.875rem;padding:.875rem 1rem;cursor:pointer}
.scopes label:hover{background:var(--tint)}
.scopes input{flex:none;width:1.125rem;height:1.125rem;margin:.2rem 0 0;accent-color:var(--accent)}
.scopes code{display:block;color:var(--soft);font-size:.8125rem}
.scopes .off{cursor:default;color:var(--soft)}.scopes .off:hover{background:none}
.rows{list-style:none;margin:0;padding:0;border:1px solid var(--line);border-radius:.75rem}
.rows>li{display:flex;align-items:center;gap:1rem;padding:.875rem 1rem}.rows>li+li{border-top:1px solid var(--line)}
.rows>li>div{flex:1;min-width:0;overflow-wrap:anywhere}.rows strong{display:block;font-weight:600}.rows .small{display:block}
.rows button{padding:.5rem .875rem;font-size:.9375rem}
.may{list-style:disc;margin:.25rem 0;padding-left:1.125rem;font-size:.9375rem}.below{margin-top:1rem}.links{display:flex;flex-wrap:wrap;gap:.25rem 1.25rem}.links a{white-space:nowrap}h1+.who{margin-top:1.25rem}
.bar{display:flex;align-items:center;gap:1rem;margin-bottom:1.25rem}.bar h1{margin:0}.bar button{padding:.5rem .875rem}
.split{display:grid;grid-template-columns:minmax(0,2fr) minmax(0,5fr);gap:1.75rem}.split h2:first-child{margin-top:0}
.menu{list-style:none;margin:0;padding:0}.menu a{display:block;padding:.5rem .75rem;border-radius:.5rem;color:inherit;text-decoration:none;overflow-wrap:anywhere}
.menu a:hover,.menu [aria-current]{background:var(--tint)}.menu [aria-current]{font-weight:600}
.choice{display:flex;align-items:center;gap:.625rem;padding:.25rem 0}.choice input{width:1.125rem;height:1.125rem;accent-color:var(--accent)}
.table{overflow-x:auto;margin:0 0 1.25rem}.table table{width:100%;border-collapse:collapse;font-size:.9375rem}.table :is(th,td){padding:.625rem .75rem .625rem 0;text-align:left;vertical-align:top;border-bottom:1px solid var(--line)}
.table th{color:var(--soft);font-weight:550;white-space:nowrap}.table button{padding:.25rem .625rem;font-size:.875rem}.table td a{white-space:nowrap}summary{cursor:pointer;color:var(--accent)}
.search{display:flex;gap:.75rem;margin-bottom:1.25rem}.search .field{flex:1;margin:0}.search :is(button,.button){align-self:flex-end}.reveals:not(:has(input:checked))+.revealed{display:none}.grows{flex:1}
.badge{padding:.25rem .625rem;border-radius:1rem;background:var(--tint);color:var(--accent-deep);font-size:.8125rem;font-weight:600;white-space:nowrap}
.who{display:flex;align-items:center;gap:.75rem;margin:0 0 1.5rem;padding:.75rem 1rem;background:var(--tint);border-radius:.75rem;font-size:.9375rem}
.who .face{flex:none;display:grid;place-items:center;width:2.25rem;height:2.25rem;border-radius:50%;background:var(--accent);color:var(--on-accent);font-weight:600}
.who span:nth-child(2){min-width:0;overflow-wrap:anywhere}
.note{margin:1.25rem 0 0;padding:.75rem 1rem;border-radius:.75rem;background:var(--warn-tint);color:var(--warn);font-size:.9375rem}.note+:is(p,label){margin-top:1rem}
.note.bad,.note.good{margin:0 0 1.25rem;background:var(--bad-tint);color:var(--bad)}.note.good{background:var(--tint);color:var(--accent-deep)}
.small{font-size:.875rem;color:var(--soft);text-wrap:pretty}.small.after{margin-top:1.25rem}
.mark{display:grid;place-items:center;width:3rem;height:3rem;margin-bottom:1.25rem;border-radius:50%;background:var(--tint);color:var(--accent)}
.mark.bad{background:var(--bad-tint);color:var(--bad)}.mark.calm{background:var(--paper);color:var(--soft)}
.mark svg{width:1.5rem;height:1.5rem}
.code{display:block;margin:1.25rem 0;padding:1rem;text-align:center;background:var(--tint);border-radius:.75rem;font-size:1.0625rem;user-select:all}
.code.shown{font-size:1.75rem;font-weight:600;letter-spacing:.08em}dl.facts{margin-bottom:1.5rem}
dl{margin:0;display:grid;grid-template-columns:auto 1fr;gap:.625rem 1.25rem;font-size:.9375rem}
dt{color:var(--soft)}dd{margin:0;overflow-wrap:anywhere}
@media (max-width:34rem){main{align-items:flex-start;padding:.25rem .875rem 2rem}.card{padding:1.625rem 1.375rem}.top,.foot{padding:1rem 1.25rem}
.top .user{display:none}dl,.pair{grid-template-columns:1fr;gap:.125rem}.split{grid-template-columns:1fr}
.rows>li{flex-direction:column;align-items:flex-start;gap:.625rem}dd{margin-bottom:.625rem}}
@media (prefers-reduced-motion:no-preference){button,.field input,.field textarea,.scopes label{transition:background-color .12s,border-color .12s}}
@media (forced-colors:active){.card,.who,.note{border:1px solid}}
`

/** How the content security policy names the stylesheet. */
export const STYLES_SOURCE = `'sha256-${hash('sha256', STYLES, 'base64')}'`

// What the types of playwright-core and axe-core name of the browser. The library `dom` would offer `document` to all of
// src, which no browser ever runs.
interface Node {
  readonly nodeName: string;
}
interface Element extends Node {
  readonly tagName: string;
}
interface HTMLElement extends Element {
  readonly hidden: boolean;
}
interface SVGElement extends Element {
  readonly viewportElement: SVGElement | null;
}
interface HTMLElementTagNameMap {
  readonly html: HTMLElement;
}
interface NodeList {
  readonly length: number;
}
interface Document extends Node {
  readonly title: string;
}
interface DOMRect {
  readonly width: number;
}
interface Window {
  readonly document: Document;
}

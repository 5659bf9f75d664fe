// An element that keeps its styles in the document of another window, as picture-in-picture has one.
import { LitElement } from 'lit';

/** Constructed style sheets belong to one document: in another they are made again, where Lit would share them and fail. */
export abstract class AnyDocumentElement extends LitElement {
  protected override createRenderRoot(): HTMLElement | DocumentFragment {
    const view = this.ownerDocument.defaultView;
    if (!view || this.ownerDocument === document) return super.createRenderRoot();
    const { elementStyles, shadowRootOptions } = this.constructor as typeof LitElement;
    const root = this.shadowRoot ?? this.attachShadow(shadowRootOptions);
    root.adoptedStyleSheets = elementStyles.map((style) => {
      const sheet = new view.CSSStyleSheet();
      sheet.replaceSync('cssText' in style ? style.cssText : '');
      return sheet;
    });
    return root;
  }
}

export { htmlToText, stripTags, type HtmlText } from './html-text.js';
export { htmlProblem, MAX_HTML_LENGTH, sanitiseHtml } from './sanitise.js';
export { hasForwardPrefix, normaliseSubject } from './subject.js';

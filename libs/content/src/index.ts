export { htmlToText } from '../../../apps/channels/src/adapters/email/normalise/html-text.js';
export { sanitiseHtml } from '../../../apps/channels/src/adapters/email/normalise/sanitise.js';

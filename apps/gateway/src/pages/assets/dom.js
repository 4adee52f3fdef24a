import { t } from './texts.js';

export const main = document.querySelector('#main');
const status = document.querySelector('#status');

/** Text always goes in as text: nothing a customer wrote is ever read as HTML here. */
export const el = (tag, props = {}, ...children) => {
  const node = Object.assign(document.createElement(tag), props);
  node.append(...children.filter((child) => child !== null && child !== undefined));
  return node;
};

export async function api(method, path, body) {
  const response = await fetch(`/api/v1${path}`, {
    method,
    headers: body ? { 'content-type': 'application/json' } : {},
    body: body && JSON.stringify(body),
  });
  const answer = response.status === 204 ? null : await response.json();
  if (!response.ok) throw Object.assign(new Error(answer.detail), answer);
  return answer;
}

let noticeTimer;
export function notice(text, action) {
  status.replaceChildren(text, action ? ' ' : '', action ?? '');
  clearTimeout(noticeTimer);
  noticeTimer = setTimeout(() => status.replaceChildren(), 9000);
}

/** A problem in the reader's language where we have words for it, else as the API says it. */
const words = (problem) => t(`problem_${problem.errors?.[0]?.code ?? problem.code}`) ?? problem.message;

export const field = ([name, label, type, autocomplete]) =>
  el('label', {}, label, el('input', { name, type, autocomplete, required: true }));

/** `submit` gets the values and the form; what it throws is shown in it. `below`: what stands under the button. */
export function form(title, fields, button, submit, below) {
  const error = el('p', { className: 'error', role: 'alert' });
  const send = el('button', { className: 'primary' }, button);
  const node = el('form', { className: 'card' }, el('h1', {}, title), ...fields.map(field), error, send, below);
  node.addEventListener('submit', async (event) => {
    event.preventDefault();
    error.textContent = '';
    try {
      await submit(Object.fromEntries(new FormData(node)), node);
    } catch (problem) {
      error.textContent = words(problem);
      node.elements.namedItem(problem.errors?.[0]?.pointer.slice(1))?.focus();
    }
  });
  main.replaceChildren(node);
  node.querySelector('input')?.focus();
}

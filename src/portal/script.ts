/** What the portal does where scripts run: copy buttons, no second click on a form, and the first fault in view. */
export const SCRIPT = `
for (const code of document.querySelectorAll('[data-copy]')) {
  if (!navigator.clipboard) break;
  const button = document.createElement('button');
  button.type = 'button';
  button.className = 'copy';
  button.textContent = 'Copy';
  button.setAttribute('aria-label', 'Copy ' + code.textContent.slice(0, 80));
  button.addEventListener('click', async () => {
    await navigator.clipboard.writeText(code.textContent);
    button.textContent = 'Copied';
    button.setAttribute('aria-label', 'Copied');
  });
  code.after(' ', button);
}
for (const form of document.forms) {
  if (form.getAttribute('method') !== 'post') continue;
  form.addEventListener('submit', (event) => {
    if (form.dataset.sent) return event.preventDefault();
    form.dataset.sent = 'yes';
    setTimeout(() => { for (const button of form.querySelectorAll('button')) button.disabled = true; });
  });
}
addEventListener('pageshow', (event) => {
  if (!event.persisted) return;
  for (const form of document.forms) delete form.dataset.sent;
  for (const button of document.querySelectorAll('form button')) button.disabled = false;
});
document.querySelector('.problem')?.focus();
`;

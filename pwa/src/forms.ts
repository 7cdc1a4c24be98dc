// Every form there is: each file `kinds/<kind>.tsx` exports one `FORM`. There is no list to edit.

import type { Form } from './form';
import { session } from './session';

const found = import.meta.glob<Form>('./kinds/*.tsx', { eager: true, import: 'FORM' });
const FORMS = new Map(Object.values(found).map((form) => [form.kind, form]));

export function formOf(kind: string): Form | null {
  return FORMS.get(kind) ?? null;
}

/** The forms that the person at the screen is offered, by what they are about. */
export function offered(about: Form['about']): Form[] {
  const roles = session()?.roles ?? [];
  return [...FORMS.values()]
    .filter((form) => form.about === about && (!form.for || form.for.some((role) => roles.includes(role))))
    .sort((a, b) => (a.order ?? 99) - (b.order ?? 99));
}

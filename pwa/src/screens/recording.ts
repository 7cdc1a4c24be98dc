// The screens of the forms, fetched together: they share every kind's questions.

export { Drafts } from './drafts';
export { FormScreen } from './form';
export { Handover } from './handover';
export { RecordElse } from './record_else';
export { Staffing } from './staffing';
export { Suggestions } from './suggestions';

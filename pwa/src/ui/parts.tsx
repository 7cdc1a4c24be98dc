// The parts that every screen is made of: nhsuk-frontend's markup for forms, our own for capture.

import type { ComponentChildren, JSX } from 'preact';
import { useLayoutEffect, useId, useRef } from 'preact/hooks';
import { PRACTICE } from '../practice';
import { state } from '../state';
import { words } from '../words';
import type { RowState } from '../view';
import { Cross, StateIcon } from './icons';

export function Button({ kind, ...rest }: { kind?: 'secondary' | 'warning' | 'reverse' } & JSX.IntrinsicElements['button']) {
  return <button type="button" {...rest} class={`nhsuk-button${kind ? ` nhsuk-button--${kind}` : ''} ${rest.class ?? ''}`} />;
}

/** A capture target: at least 64 px. */
export function Tile({ big, small, mark, ...rest }: { big: ComponentChildren; small?: ComponentChildren; mark?: ComponentChildren } & JSX.IntrinsicElements['button']) {
  return (
    <button type="button" {...rest} class={`tm-tile ${rest.class ?? ''}`}>
      {mark}
      <span class="tm-tile__words">
        <span class="tm-tile__big">{big}</span>
        {small && <span class="tm-tile__small">{small}</span>}
      </span>
    </button>
  );
}

/** Who it is, beside the name that says so: a photo, or initials that take its room until there is one. */
export function Face({ name, photo }: { name: string; photo?: string | null }) {
  const src = state.faces.get(photo!);
  return src ? <img class="tm-face" src={src} alt="" /> : <span class="tm-face" aria-hidden="true">{name.split(' ').map((part) => part[0] ?? '').slice(0, 2).join('').toUpperCase()}</span>;
}

export function StateTag({ state }: { state: RowState }) {
  return (
    <span class={`tm-state tm-state--${state}`} data-testid="row-state">
      <StateIcon state={state} />
      {words.state[state]}
    </span>
  );
}

export function Field(props: {
  label: string;
  hint?: string;
  error?: string | null;
  children: (ids: { id: string; 'aria-describedby'?: string; 'aria-invalid'?: boolean }) => ComponentChildren;
}) {
  const id = useId();
  const described = [props.hint && `${id}-hint`, props.error && `${id}-error`].filter(Boolean).join(' ');
  return (
    <div class={`nhsuk-form-group${props.error ? ' nhsuk-form-group--error' : ''}`}>
      <label class="nhsuk-label" for={id}>{props.label}</label>
      {props.hint && <div class="nhsuk-hint" id={`${id}-hint`}>{props.hint}</div>}
      {props.error && <span class="nhsuk-error-message" id={`${id}-error`}>{props.error}</span>}
      {props.children({ id, ...(described ? { 'aria-describedby': described } : {}), ...(props.error ? { 'aria-invalid': true } : {}) })}
    </div>
  );
}

/** One choice of a few, as targets: real radio buttons, so that the keyboard and screen readers know them. Without a legend where
 *  a group around it carries the question: said twice, it would be heard twice. */
export function Choice<T extends string>(props: {
  legend: string;
  name: string;
  value: T | null;
  options: [T, ComponentChildren][];
  onChoose: (value: T) => void;
  hideLegend?: boolean;
  fill?: boolean;
}) {
  const group = useId();
  const Box = props.legend ? 'fieldset' : 'div';
  return (
    <Box class={`tm-choice${props.fill ? ' tm-choice--fill' : ''}`}>
      {props.legend && <legend class={props.hideLegend ? 'nhsuk-u-visually-hidden' : 'tm-legend'}>{props.legend}</legend>}
      <div class="tm-choice__row">
        {props.options.map(([value, label]) => (
          <label class="tm-chip" key={value}>
            <input type="radio" name={`${group}-${props.name}`} value={value} checked={props.value === value} onChange={() => props.onChoose(value)} />
            <span>{label}</span>
          </label>
        ))}
      </div>
    </Box>
  );
}

/** What went wrong, at the top, with the focus on it. */
export function Problems({ list }: { list: string[] }) {
  const box = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    if (list.length) box.current?.focus();
  }, [list.join()]);
  if (!list.length) return null;
  return (
    <div class="nhsuk-error-summary" role="alert" tabIndex={-1} ref={box} data-testid="problem">
      <h2 class="nhsuk-error-summary__title">{words.error_heading}</h2>
      <div class="nhsuk-error-summary__body">
        {list.map((sentence) => <p key={sentence}>{sentence}</p>)}
      </div>
    </div>
  );
}

/** A second tap within this at the same place is the same finger. */
export const DOUBLE_TAP_MS = 600;
const FINGER_PX = 24;

/** The second tap of the finger that closed a sheet does not fall through to the row beneath, which may be somebody else's. */
function shield(closing: MouseEvent | null): void {
  const left = closing?.detail ? closing.timeStamp + DOUBLE_TAP_MS - performance.now() : 0;
  if (left <= 0) return;
  const { hash } = location;
  const stop = (event: MouseEvent) => {
    removeEventListener('click', stop, true); // whatever comes next is another tap
    if (!event.detail || location.hash !== hash || Math.hypot(event.clientX - closing!.clientX, event.clientY - closing!.clientY) > FINGER_PX) return;
    event.stopPropagation();
    event.preventDefault();
    announce(words.tapped_twice);
  };
  addEventListener('click', stop, true);
  setTimeout(() => removeEventListener('click', stop, true), left);
}

/** A sheet over the screen: modal, closed by Escape, focus kept inside and given back. */
export function Sheet(props: { title: string; onClose: () => void; children: ComponentChildren; mark?: ComponentChildren; small?: boolean; testid?: string }) {
  const dialog = useRef<HTMLDialogElement>(null);
  const id = useId();
  useLayoutEffect(() => {
    const back = document.activeElement as HTMLElement | null;
    let newest: MouseEvent | null = null;
    dialog.current?.addEventListener('click', (event) => { newest = event; }, true);
    dialog.current?.showModal();
    dialog.current?.querySelector<HTMLElement>('h2')?.focus();
    return () => {
      dialog.current?.close();
      if (back?.isConnected) back.focus();
      shield(newest);
    };
  }, []);
  return (
    <dialog
      class={`tm-sheet${props.small ? ' tm-sheet--small' : ''}`}
      ref={dialog}
      aria-labelledby={id}
      data-testid={props.testid}
      onCancel={(event) => {
        event.preventDefault();
        props.onClose();
      }}
    >
      <div class="tm-sheet__head">
        {props.mark}
        <h2 class="tm-sheet__title" id={id} tabIndex={-1}>{props.title}{PRACTICE && <span class="tm-practice__tag"> {words.practice}</span>}</h2>
        <button type="button" class="tm-round" onClick={props.onClose} aria-label={words.close}><Cross /></button>
      </div>
      <div class="tm-sheet__body">{props.children}</div>
    </dialog>
  );
}

let region: HTMLElement | null = null;
/** Say it to those who listen. The region is there from the start: one that appears with its text is not read. */
export function announce(sentence: string): void {
  if (!region) return;
  region.textContent = '';
  setTimeout(() => region && (region.textContent = sentence), 50);
}
export function Announcer() {
  return <div class="nhsuk-u-visually-hidden" role="status" aria-live="polite" data-testid="announcer" ref={(node) => { region = node; }} />;
}

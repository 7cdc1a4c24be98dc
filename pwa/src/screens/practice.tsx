// What stands over every screen of the practice home: that it is one, the next of five tasks, and the way out.

import { useLayoutEffect, useRef } from 'preact/hooks';
import { leave, people } from '../practice_home';
import { said } from '../said';
import { state } from '../state';
import type { Entry } from '../types';
import { useTopics } from '../ui/hooks';
import { announce, Button } from '../ui/parts';
import { fill } from '../words';

type Task = keyof typeof said.practice.tasks;
/** Whom the tasks name, by their place in the message file. */
const FIRST = 0;
const FOUND = 4;

/** Each is done by an entry that shows it, in whatever order. */
const SHOWS: Record<Task, (entry: Entry) => boolean> = {
  drink: (entry) => entry.resident === people[FIRST] && entry.submission.fields['outcome'] === 'drank' && !entry.submission.parents.length,
  undo: (entry) => entry.submission.fields['struck_out'] === true,
  correct: (entry) => entry.submission.parents.length > 0 && typeof entry.submission.fields['drunk_ml'] === 'number',
  refused: (entry) => entry.submission.fields['outcome'] === 'refused',
  find: (entry) => entry.resident === people[FOUND],
};

export function Practice() {
  useTopics('queue');
  const tasks = Object.keys(SHOWS) as Task[];
  const entries = [...state.queue.values()].filter((entry) => entry.kind === 'hydration_check');
  const done = tasks.filter((task) => entries.some(SHOWS[task]));
  const next = tasks.find((task) => !done.includes(task));
  const told = useRef(0);
  useLayoutEffect(() => {
    if (done.length > told.current) announce(fill(said.practice.done_n, { n: done.length, all: tasks.length }));
    told.current = done.length;
  }, [done.length]);
  const names = { first: said.practice.people[FIRST]!, found: said.practice.people[FOUND]! };
  return (
    <section class="tm-practice" aria-label={said.practice.title} data-testid="practice">
      <p class="tm-practice__head"><strong>{said.practice.title}</strong> {said.practice.not_kept}</p>
      <p class="tm-practice__task" data-testid="practice-task" data-done={done.length}>
        {next ? `${fill(said.practice.task_n, { n: tasks.indexOf(next) + 1, all: tasks.length })} ${fill(said.practice.tasks[next], names)}` : said.practice.all_done}
      </p>
      <Button kind="secondary" data-testid="practice-leave" onClick={() => leave()}>{said.practice.leave}</Button>
    </section>
  );
}

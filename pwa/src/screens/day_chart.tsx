// The fluid chart: a stair for the running total, a line for the aim, a grey band for what was expected, and bars by the
// hour. Everything in it is told apart by shape and pattern, and stands in the table below it too.

import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import { scale, tick, type Hour, type Step } from '../kinds/day_chart';
import { said } from '../said';
import { zone } from '../view';
import { fill, ml } from '../words';

export interface Drawn {
  bounds: [number, number];
  hours: Hour[];
  steps: Step[];
  /** What is aimed at, or the limit. */
  target_ml: number;
  limited: boolean;
  /** Corners of the expected curve. */
  expected: Step[];
  /** From here on other tablets may know of drinks that this one does not. */
  missing: [number, number] | null;
}

const HEIGHT = 260;
const EDGE = { top: 14, right: 8, bottom: 24, left: 44 };
const NARROWEST = 240;

export function DayChart({ day, summary }: { day: Drawn; summary: string }) {
  const box = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(NARROWEST);
  useLayoutEffect(() => {
    const measure = () => setWidth(Math.max(NARROWEST, box.current?.clientWidth ?? 0));
    measure();
    addEventListener('resize', measure);
    return () => removeEventListener('resize', measure);
  }, []);
  const [start, end] = day.bounds;
  const most = Math.max(day.target_ml, ...day.steps.map((one) => one.ml), ...day.hours.map((one) => one.drunk_ml + one.not_drunk_ml));
  const { top, every } = scale(most);
  const x = (at: number) => EDGE.left + ((at - start) / (end - start)) * (width - EDGE.left - EDGE.right);
  const y = (amount: number) => HEIGHT - EDGE.bottom - (amount / top) * (HEIGHT - EDGE.top - EDGE.bottom);
  // A stair is never smoothed: nobody drinks between two entries.
  const stair = day.steps.map((one, at) => (at ? `H${x(one.at)}V${y(one.ml)}` : `M${x(one.at)} ${y(one.ml)}`)).join('');
  const corners = [...day.expected.slice(0, 1), ...day.expected, ...day.expected.slice(-1)].map((one, at, all) => `${x(one.at)},${y(at === 0 || at === all.length - 1 ? 0 : one.ml)}`);
  const ticks = Array.from({ length: Math.floor(top / every) + 1 }, (_, at) => at * every);
  const apart = Math.max(1, Math.ceil(26 / ((width - EDGE.left - EDGE.right) / 24)));
  return (
    <figure class="tm-chart">
      <div ref={box}>
        <svg width={width} height={HEIGHT} viewBox={`0 0 ${width} ${HEIGHT}`} role="img" aria-label={summary} data-testid="day-chart">
          <defs>
            <pattern id="tm-late" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect class="tm-chart__hatch" width="2.5" height="6" /></pattern>
          </defs>
          {ticks.map((amount) => (
            <g key={amount}>
              <line class="tm-chart__grid" x1={EDGE.left} x2={width - EDGE.right} y1={y(amount)} y2={y(amount)} />
              <text class="tm-chart__text" x={EDGE.left - 4} y={y(amount) + 4} text-anchor="end">{amount}</text>
            </g>
          ))}
          {hourTicks(start, end).filter((_, at) => at % apart === 0).map((at) => (
            <text class="tm-chart__text" key={at} x={x(at)} y={HEIGHT - 6} text-anchor="middle">{tick(at, zone())}</text>
          ))}
          {day.missing && <rect class="tm-chart__missing" data-testid="chart-missing" x={x(day.missing[0])} width={Math.max(4, x(day.missing[1]) - x(day.missing[0]))} y={EDGE.top} height={HEIGHT - EDGE.top - EDGE.bottom} />}
          {!day.limited && <polygon class="tm-chart__expected" points={corners.join(' ')} />}
          {day.hours.map((hour) => <Bars key={hour.start} hour={hour} x={x} y={y} />)}
          <line class="tm-chart__target" x1={EDGE.left} x2={width - EDGE.right} y1={y(day.target_ml)} y2={y(day.target_ml)} />
          <text class="tm-chart__text tm-chart__text--strong" x={width - EDGE.right} y={y(day.target_ml) - 4} text-anchor="end">{fill(day.limited ? said.person.limit_line : said.person.target_line, { ml: ml(day.target_ml) })}</text>
          <path class="tm-chart__stair" d={stair} />
        </svg>
      </div>
      <figcaption><Key limited={day.limited} missing={day.missing !== null} /></figcaption>
    </figure>
  );
}

function hourTicks(start: number, end: number): number[] {
  return Array.from({ length: Math.round((end - start) / 3_600_000) }, (_, at) => start + at * 3_600_000);
}

function Bars({ hour, x, y }: { hour: Hour; x: (at: number) => number; y: (ml: number) => number }) {
  const [left, right] = [x(hour.start) + 1, x(hour.end) - 1];
  const bar = (from: number, to: number, name: string, filled?: string) =>
    to > from && <rect class={name} {...(filled ? { fill: filled } : {})} x={left} width={Math.max(1, right - left)} y={y(to)} height={y(from) - y(to)} />;
  const top = hour.drunk_ml + hour.not_drunk_ml;
  const signs = [...(hour.refused ? ['✕'] : []), ...(hour.doubtful ? ['△'] : [])].join('');
  return (
    <>
      {bar(0, hour.drunk_ml, 'tm-chart__bar')}
      {bar(hour.drunk_ml - hour.late_ml, hour.drunk_ml, 'tm-chart__late', 'url(#tm-late)')}
      {bar(hour.drunk_ml, top, 'tm-chart__hollow')}
      {signs && <text class="tm-chart__sign" x={(left + right) / 2} y={y(top) - 3} text-anchor="middle">{signs}</text>}
    </>
  );
}

/** Each shape with its word. */
function Key({ limited, missing }: { limited: boolean; missing: boolean }) {
  const of: [string, string][] = [
    ['stair', said.person.total_key], ...(limited ? [] : [['expected', said.person.expected_key] as [string, string]]), ['bar', said.person.per_hour],
    ['hollow', said.person.not_drunk_key], ['late', said.person.late_key],
    ...(missing ? [['missing', said.person.missing_key] as [string, string]] : []),
  ];
  return (
    <ul class="tm-chart__key">
      {of.map(([name, word]) => (
        <li key={name}>
          <svg width="22" height="14" aria-hidden="true" focusable="false">
            {name === 'stair' ? <path class="tm-chart__stair" d="M1 12h8V3h12" /> : <>{name === 'late' && <rect class="tm-chart__bar" x="1" y="1" width="20" height="12" />}<rect class={`tm-chart__${name}`} {...(name === 'late' ? { fill: 'url(#tm-late)' } : {})} x="1" y="1" width="20" height="12" /></>}
          </svg>
          {word}
        </li>
      ))}
      <li><span aria-hidden="true">✕</span> {said.person.refused_key}</li>
      <li><span aria-hidden="true">△</span> {said.person.doubtful_key}</li>
    </ul>
  );
}

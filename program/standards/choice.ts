/** What choosing standards means: the rules to deploy, with which parameters, and what to say of it. */

import type {
  ControlTitles,
  ReportedControl,
  ReportedStandard,
} from "../../lambdas/common/deployment/settings";
import type { Controls } from "../../lambdas/common/rule/rule";
import { groupBy } from "../../lambdas/common/values/group";
import type { AskedParameters, StandardControl } from "./control";
import { STANDARDS, type Standard } from "./standards";
import { isStrictEnough, strictest } from "./strictness";

/** The parameters of one rule that standards ask for; none where the rule's own will do. */
export interface AskedRule {
  readonly rule: string;
  readonly parameters: AskedParameters | undefined;
  /** One for each parameter of which controls ask for different values. */
  readonly notes: readonly ParameterNote[];
}

/** What there is to know of a parameter, in one sentence, and the standards that it concerns. */
export interface ParameterNote {
  readonly standards: readonly string[];
  readonly text: string;
}

/** A control's demand on a rule. */
interface Demand {
  readonly rule: string;
  readonly standard: string;
  readonly number: string;
  readonly parameters: AskedParameters;
}

/** The rules that the standards need, each once, with parameters that satisfy all of their controls. */
export function rulesOf(standards: readonly Standard[]): AskedRule[] {
  const demands = standards.flatMap(({ id, controls }) =>
    controls.flatMap(({ number, rules = {} }) =>
      Object.entries(rules).map(([rule, parameters]): Demand => ({ rule, standard: id, number, parameters })),
    ),
  );
  return [...groupBy(demands, ({ rule }) => rule)].map(([rule, ofRule]) => {
    const asked: Record<string, string> = {};
    for (const { parameters } of ofRule) {
      for (const [name, value] of Object.entries(parameters)) {
        const before = asked[name];
        asked[name] = before === undefined ? value : strictest(name, before, value);
      }
    }
    const names = Object.keys(asked);
    return {
      rule,
      parameters: names.length > 0 ? asked : undefined,
      notes: names.flatMap((name) => disagreement(rule, name, asked[name] ?? "", ofRule)),
    };
  });
}

function disagreement(
  rule: string,
  name: string,
  value: string,
  demands: readonly Demand[],
): ParameterNote[] {
  const values = groupBy(
    demands.filter(({ parameters }) => parameters[name] !== undefined),
    ({ parameters }) => parameters[name] ?? "",
  );
  if (values.size < 2) return [];
  const asked = [...values].map(
    ([one, ofOne]) => `${ofOne.map(({ standard, number }) => `${standard} ${number}`).join(", ")}: ${one}`,
  );
  return [
    {
      standards: demands.map(({ standard }) => standard),
      text: `${rule}: ${name} is ${value}, the strictest of what is asked for (${asked.join("; ")})`,
    },
  ];
}

/** The controls of every standard that a rule with these parameters supports. */
export function controlsOf(rule: string, parameters: AskedParameters): Controls {
  return Object.fromEntries(
    STANDARDS.map(({ id, controls }) => {
      const supported = controls.filter(({ rules, alsoBy }) => {
        const asked = rules?.[rule] ?? alsoBy?.[rule];
        return asked !== undefined && isStrictEnough(parameters, asked);
      });
      return [id, supported.map(({ number }) => number)] as const;
    }).filter(([, numbers]) => numbers.length > 0),
  );
}

/** The titles of the controls that rules support, as far as the standards here list them. */
export function titlesOf(supported: readonly Controls[]): ControlTitles {
  return Object.fromEntries(
    STANDARDS.map(({ id, controls }) => {
      const numbers = new Set(supported.flatMap((one) => one[id] ?? []));
      const named = controls.filter(({ number }) => numbers.has(number));
      return [id, Object.fromEntries(named.map(({ number, title }) => [number, title]))] as const;
    }).filter(([, titles]) => Object.keys(titles).length > 0),
  );
}

/** A standard as reports show it, when these rules are deployed with these parameters. */
export function reportedStandard(
  standard: Standard,
  deployed: ReadonlyMap<string, AskedParameters>,
  notes: readonly ParameterNote[],
): ReportedStandard {
  const { id, title, scope, controls } = standard;
  return {
    standard: id,
    title,
    scope,
    notes: notes.filter(({ standards }) => standards.includes(id)).map(({ text }) => text),
    controls: controls.map((control) => reportedControl(control, deployed)),
  };
}

function reportedControl(
  control: StandardControl,
  deployed: ReadonlyMap<string, AskedParameters>,
): ReportedControl {
  const { number, title, level, rules = {}, alsoBy = {}, source, partly, whyNotChecked } = control;
  const strictEnough = (asked: Readonly<Record<string, AskedParameters>>) =>
    Object.entries(asked)
      .filter(
        ([rule, parameters]) =>
          isStrictEnough(deployed.get(rule) ?? NOT_DEPLOYED, parameters) && deployed.has(rule),
      )
      .map(([rule]) => rule);
  const own = strictEnough(rules);
  const missing = Object.keys(rules).filter((rule) => !own.includes(rule));
  const answering = missing.length === 0 ? own : [...own, ...strictEnough(alsoBy)];
  const lacking = missing.map((rule) =>
    deployed.has(rule)
      ? `${rule} asks for less than the control: ${inWords(rules[rule] ?? {})}.`
      : `The settings leave out ${rule}.`,
  );
  const head = { control: number, title, ...(level && { level }), rules: answering };
  if (answering.length === 0) return { ...head, whyNotChecked: whyNotChecked ?? lacking.join(" ") };
  const limits = [...(partly ? [partly] : []), ...lacking].join(" ");
  return { ...head, ...(source && { source }), ...(limits && { partly: limits }) };
}

const NOT_DEPLOYED: AskedParameters = {};

function inWords(parameters: AskedParameters): string {
  return Object.entries(parameters)
    .map(([name, value]) => `${name} ${value}`)
    .join(", ");
}

import { type Pipeline } from '../pipeline/pipeline.js';
import { type PolicyPipeline } from '../pipeline/policy-pipeline.js';
import { type PolicySettings, type StageSettings } from '../pipeline/stage-settings.js';
import { type GuardedMethod } from './method-policies.js';

/** Something that a stream cannot have, and why. */
interface Misfit {
  readonly stage: keyof StageSettings;
  /** The option of the stage; without one it is the whole stage. */
  readonly option?: string;
  readonly why: string;
}

const NOTHING_TO_ASK_ABOUT = 'so there is no single result to ask about';

const MISFITS: readonly Misfit[] = [
  { stage: 'hedge', why: 'and what two attempts at it bring cannot be told apart' },
  { stage: 'coalesce', why: 'of which a caller who joins later would miss the beginning' },
  { stage: 'chaos', option: 'outcome', why: 'so there is no single result to replace' },
  { stage: 'retry', option: 'retryIfResult', why: NOTHING_TO_ASK_ABOUT },
  { stage: 'circuitBreaker', option: 'recordIfResult', why: NOTHING_TO_ASK_ABOUT },
  { stage: 'fallback', option: 'handleIfResult', why: NOTHING_TO_ASK_ABOUT },
];

/**
 * A sentence for each thing that a method with this stream cannot have.
 *
 * @param settings What it has: its own over those of the named policy.
 * @param own What it declares itself.
 */
export function streamMisfits(
  { stream, policy }: GuardedMethod,
  settings: PolicySettings,
  own: PolicySettings,
): string[] {
  if (!stream) return [];
  return MISFITS.filter(({ stage, option }) => has(settings[stage], option)).map(({ stage, option, why }) => {
    const name = option === undefined ? stage : `${stage}.${option}`;
    const inherited = own[stage] === undefined;
    const where = inherited ? `${name} of the policy "${policy}"` : name;
    const advice = inherited ? 'Use a policy without it' : 'Remove it';
    return `${where}: The method returns an ${stream}, ${why}. ${advice}, or return a promise.`;
  });
}

/** A sentence for each thing of a pipeline's policies that does not go with calls which may be answered by a stream. */
export function streamProblems(pipeline: Pipeline): string[] {
  const { settings } = pipeline as PolicyPipeline;
  return MISFITS.filter(({ stage, option }) => has(settings[stage], option)).map(({ stage, option, why }) => {
    const name = option === undefined ? stage : `${stage}.${option}`;
    return `${name} of the policy "${pipeline.name}": An answer may be a stream, ${why}. Use a policy without it.`;
  });
}

function has(stage: object | undefined, option: string | undefined): boolean {
  if (!stage) return false;
  return option === undefined || (stage as Record<string, unknown>)[option] !== undefined;
}

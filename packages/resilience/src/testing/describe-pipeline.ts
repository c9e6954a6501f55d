import { type Pipeline } from '../pipeline/pipeline.js';
import { PolicyPipeline } from '../pipeline/policy-pipeline.js';
import { type StageSettings } from '../pipeline/stage-settings.js';
import { STAGES } from '../pipeline/stages.js';

/** One stage of a pipeline with the settings that it goes by, durations in milliseconds. */
export type StageDescription = {
  [Stage in keyof StageSettings]: { readonly stage: Stage; readonly settings: StageSettings[Stage] };
}[keyof StageSettings];

/**
 * What a pipeline is made of, from the outside in, with its retry budget last: so that a test asserts what the app
 * configured and need not test the policies once more. Throws a `TypeError` for a pipeline of another make.
 *
 * @example
 * expect(describePipeline(registry.pipeline('users')).map(({ stage }) => stage)).toEqual(['retry', 'retryBudget']);
 */
export function describePipeline(pipeline: Pipeline): StageDescription[] {
  if (!(pipeline instanceof PolicyPipeline)) throw new TypeError('Not a pipeline of a PolicyRegistry.');
  const { settings } = pipeline;
  const present = [...STAGES, 'retryBudget' as const].filter((stage) => settings[stage] !== undefined);
  return present.map((stage) => ({ stage, settings: settings[stage] }) as StageDescription);
}

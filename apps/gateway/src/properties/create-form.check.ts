import type { CreateForm } from '@helpdesk/contracts';
import { invalid, isUuid, pointerTo } from '@helpdesk/platform';
import { plainToInstance } from 'class-transformer';
import { validate } from 'class-validator';
import { pointersOf } from '../problems/validation.js';
import { PipelineFormDto } from './property.dto.js';

/** The parts of the form by pipeline: the validator does not look into objects whose keys it does not know. */
export async function checkedPipelines(pipelines: CreateForm['pipelines'] = {}): Promise<CreateForm['pipelines']> {
  const problems = [];
  for (const [id, part] of Object.entries(pipelines)) {
    const pointer = pointerTo('pipelines', id);
    if (!isUuid(id)) problems.push({ pointer, code: 'unknown', detail: 'is no pipeline' });
    if (typeof part !== 'object' || part === null || Array.isArray(part)) {
      problems.push({ pointer, code: 'wrong_value', detail: 'must be an object with fields' });
      continue;
    }
    const errors = await validate(plainToInstance(PipelineFormDto, part), { whitelist: true, forbidNonWhitelisted: true });
    problems.push(...errors.flatMap((error) => pointersOf(error, pointer)));
  }
  if (problems.length > 0) throw invalid(problems);
  return pipelines;
}

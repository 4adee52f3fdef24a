import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { DocumentBuilder, SwaggerModule, type OpenAPIObject } from '@nestjs/swagger';
import { ProblemDto } from '../problems/problem.dto.js';

type Operation = NonNullable<OpenAPIObject['paths'][string]['get']>;

const PROBLEM = { 'application/problem+json': { schema: { $ref: '#/components/schemas/ProblemDto' } } };
const METHODS = ['get', 'post', 'put', 'patch', 'delete'] as const;

/** The document is made from the controllers themselves: /api/v1/openapi.json, and /api/docs to read it. */
export function serveOpenApi(app: NestFastifyApplication): void {
  const config = new DocumentBuilder()
    .setTitle('Help desk API')
    .setDescription(
      'Every customer message becomes exactly one entry on exactly one ticket. Errors are application/problem+json (RFC 9457).',
    )
    .setVersion('1')
    .setOpenAPIVersion('3.1.0')
    .addCookieAuth('sid', { type: 'apiKey', in: 'cookie', name: 'sid' }, 'sid')
    .addBearerAuth({ type: 'http', scheme: 'bearer', description: 'An API key' }, 'apiKey')
    .addBearerAuth({ type: 'http', scheme: 'bearer', description: 'The token of a channel' }, 'channelToken')
    .build();
  const document = SwaggerModule.createDocument(app, config, { extraModels: [ProblemDto] });
  for (const item of Object.values(document.paths)) {
    for (const method of METHODS) if (item[method]) complete(method, item[method]);
  }
  SwaggerModule.setup('api/docs', app, document, { jsonDocumentUrl: 'api/v1/openapi.json', customSiteTitle: 'Help desk API' });
}

/** What is the same for all routes of a kind is said once, here. */
function complete(method: (typeof METHODS)[number], operation: Operation): void {
  const isSignedIn = (operation.security ?? []).some((scheme) => 'sid' in scheme);
  if (method === 'post' && isSignedIn) {
    operation.parameters = [...(operation.parameters ?? []), IDEMPOTENCY_KEY];
    addProblem(operation, 409, '`idempotency_in_progress`: the first request with this key has not ended yet');
  }
  if (operation.requestBody) {
    addProblem(operation, 400, 'Malformed body');
    addProblem(operation, 413, 'Larger than allowed here');
    addProblem(operation, 415, 'Another content type than the one declared');
  }
  addProblem(operation, 500, 'Failed here; quote the correlation id');
  addProblem(operation, 503, 'A service does not answer; try again after `Retry-After`');
  for (const [status, response] of Object.entries(operation.responses)) {
    if (response && !('$ref' in response) && Number(status) >= 400) response.content = PROBLEM;
  }
}

const IDEMPOTENCY_KEY = {
  name: 'Idempotency-Key',
  in: 'header' as const,
  required: false,
  description: 'The same key and body give the first answer again for 24 h; the same key with another body is 422 `idempotency_key_reused`',
  schema: { type: 'string', minLength: 1, maxLength: 255 },
};

function addProblem(operation: Operation, status: number, description: string): void {
  operation.responses[String(status)] ??= { description, content: PROBLEM };
}

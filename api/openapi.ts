import {
  createDocument,
  type ZodOpenApiMediaTypeObject,
  type ZodOpenApiOperationObject,
  type ZodOpenApiPathsObject,
  type ZodOpenApiResponsesObject,
} from 'zod-openapi';
import { exampleProblem, PROBLEM_TYPE, problemSchema } from './problem.ts';
import { type AnswerDoc, ROUTES, type RouteDoc } from './routes.ts';

const DESCRIPTION = `Upload a CSV: every valid row becomes one email, sent once, at the allowed rate, and its state is visible.

Every call except the health check needs the API key: \`Authorization: Bearer <key>\`.
API Gateway answers 401 without a key and 403 to a wrong one. Errors of the product are RFC 9457 documents.
The GraphQL API answers the state of each email: \`POST /graphql\`.`;

/** The API as OpenAPI 3.1, generated from the schemas that validate it. */
export function openApiDocument(routes: readonly RouteDoc[] = ROUTES): Record<string, unknown> {
  return createDocument({
    openapi: '3.1.0',
    info: { title: 'Pregón', version: '0.1.0', description: DESCRIPTION, license: { name: 'Apache-2.0' } },
    servers: [{ url: '/' }],
    tags: [...new Set(routes.map(({ tag }) => tag))].map((name) => ({ name })),
    security: [{ apiKey: [] }],
    paths: pathsOf(routes),
    components: {
      securitySchemes: {
        apiKey: { type: 'http', scheme: 'bearer', description: 'The API key. It is stored in Secrets Manager.' },
      },
    },
  }) as unknown as Record<string, unknown>;
}

function pathsOf(routes: readonly RouteDoc[]): ZodOpenApiPathsObject {
  const paths: ZodOpenApiPathsObject = {};
  for (const route of routes) {
    paths[route.path] = { ...paths[route.path], [route.method]: operationOf(route) };
  }
  return paths;
}

function operationOf(route: RouteDoc): ZodOpenApiOperationObject {
  const { operationId, summary, description, tag, params, body, open } = route;
  return {
    operationId,
    summary,
    ...(description === undefined ? {} : { description }),
    tags: [tag],
    ...(open ? { security: [] } : {}),
    ...(params ? { requestParams: params } : {}),
    ...(body
      ? {
          requestBody: {
            required: body.required ?? true,
            content: {
              [body.contentType ?? 'application/json']: { schema: body.schema, ...examplesOf(body.examples) },
            },
          },
        }
      : {}),
    responses: responsesOf(route),
  };
}

function responsesOf({ answers, problems = {}, open }: RouteDoc): ZodOpenApiResponsesObject {
  const responses: Record<string, ZodOpenApiResponsesObject['200']> = {};
  for (const [status, answer] of Object.entries(answers)) responses[status] = answerOf(answer);
  for (const [status, description] of Object.entries(problems)) {
    responses[status] = answerOf({
      description,
      schema: problemSchema,
      contentType: PROBLEM_TYPE,
      example: exampleProblem(Number(status), description),
    });
  }
  if (!open) {
    responses['401'] = { description: 'No API key' };
    responses['403'] = { description: 'A wrong API key' };
  }
  return responses as ZodOpenApiResponsesObject;
}

function answerOf({ description, schema, contentType = 'application/json', example }: AnswerDoc) {
  if (!schema) return { description };
  return { description, content: { [contentType]: { schema, ...(example === undefined ? {} : { example }) } } };
}

function examplesOf(examples: Record<string, unknown> | undefined): Pick<ZodOpenApiMediaTypeObject, 'examples'> {
  if (!examples) return {};
  return { examples: Object.fromEntries(Object.entries(examples).map(([name, value]) => [name, { value }])) };
}

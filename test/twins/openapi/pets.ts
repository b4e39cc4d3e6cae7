import type { Json } from '../../../twins/trace.ts'

const error = {
  description: 'an error',
  content: { 'application/json': { schema: { $ref: '#/components/schemas/Error' } } },
}
const pet = { description: 'a pet', content: { 'application/json': { schema: { $ref: '#/components/schemas/Pet' } } } }
const petId = { name: 'petId', in: 'path', required: true, schema: { type: 'string' } }

/** A small service with everything that is inferred, and one thing that is not. */
export const PETS: { readonly [key: string]: Json } = {
  openapi: '3.0.3',
  info: { title: 'Pets', version: '1' },
  servers: [{ url: 'https://api.pets.test/v1' }],
  paths: {
    '/pets': {
      get: {
        operationId: 'pets/list',
        parameters: [
          { name: 'limit', in: 'query', schema: { type: 'integer', minimum: 1, maximum: 100 } },
          { name: 'status', in: 'query', schema: { type: 'string' } },
          { name: 'starting_after', in: 'query', schema: { type: 'string' } },
        ],
        responses: {
          200: {
            description: 'pets',
            content: {
              'application/json': {
                schema: {
                  type: 'object',
                  required: ['data', 'has_more'],
                  properties: {
                    data: { type: 'array', items: { $ref: '#/components/schemas/Pet' } },
                    has_more: { type: 'boolean' },
                  },
                },
              },
            },
          },
          400: error,
        },
      },
      post: {
        operationId: 'pets/create',
        requestBody: {
          required: true,
          content: {
            'application/json': {
              schema: {
                type: 'object',
                required: ['name'],
                properties: { name: { type: 'string', minLength: 1 }, age: { type: 'integer', minimum: 0 } },
              },
            },
          },
        },
        responses: { 201: pet, 400: error },
      },
    },
    '/pets/{petId}': {
      parameters: [petId],
      get: { operationId: 'pets/read', responses: { 200: pet, 404: error } },
      patch: {
        operationId: 'pets/update',
        requestBody: {
          content: {
            'application/json': {
              schema: { type: 'object', properties: { status: { type: 'string' }, name: { type: 'string' } } },
            },
          },
        },
        responses: { 200: pet, 404: error, 409: error },
      },
      delete: { operationId: 'pets/delete', responses: { 204: { description: 'gone' }, 404: error } },
    },
    '/pets/{petId}/feed': { post: { operationId: 'pets/feed', parameters: [petId], responses: { 200: pet } } },
    '/pets/{petId}/toys': {
      parameters: [petId],
      get: {
        responses: {
          200: {
            description: 'toys',
            content: { 'application/json': { schema: { type: 'array', items: { $ref: '#/components/schemas/Toy' } } } },
          },
        },
      },
      post: {
        responses: {
          201: {
            description: 'a toy',
            content: { 'application/json': { schema: { $ref: '#/components/schemas/Toy' } } },
          },
          404: error,
        },
      },
    },
    '/pets/{petId}/toys/{toyId}': {
      parameters: [petId, { name: 'toyId', in: 'path', required: true, schema: { type: 'integer' } }],
      get: {
        responses: {
          200: {
            description: 'a toy',
            content: { 'application/json': { schema: { $ref: '#/components/schemas/Toy' } } },
          },
          404: error,
        },
      },
    },
  },
  components: {
    schemas: {
      Pet: {
        type: 'object',
        required: ['id', 'name', 'status', 'created_at'],
        properties: {
          id: { type: 'string', example: 'pet_4xK9Zq', readOnly: true },
          name: { type: 'string' },
          age: { type: 'integer', nullable: true },
          status: { type: 'string', enum: ['available', 'sold', 'gone'] },
          created_at: { type: 'string', format: 'date-time' },
        },
      },
      Toy: {
        type: 'object',
        required: ['id', 'kind'],
        properties: {
          id: { type: 'integer' },
          kind: { type: 'string', enum: ['ball', 'bone'] },
          petId: { type: 'string' },
        },
      },
      Error: {
        type: 'object',
        required: ['code', 'message'],
        properties: { code: { type: 'integer' }, message: { type: 'string' } },
      },
    },
  },
}

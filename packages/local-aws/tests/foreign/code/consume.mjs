import { DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';

const client = new DynamoDBClient();

/** Stores each message under its text; a message "poison" fails. */
export const handler = async ({ Records }) => {
  for (const { body } of Records) {
    if (body === 'poison') throw new Error('poison');
    const item = { id: { S: `job#${body}` } };
    await client.send(new PutItemCommand({ TableName: process.env.TABLE, Item: item }));
  }
};

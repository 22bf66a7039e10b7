import { createMemoryStorage } from 'express-sso-scim/adapters/memory';
import { describeStorageContract } from 'express-sso-scim/testing';

describeStorageContract('memory', () => ({ storage: createMemoryStorage() }));

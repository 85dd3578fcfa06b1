import { Hono } from 'hono';
const users = new Hono().get('/', (c) => c.json(c.get('user'))).post('/:id', (c) => c.text('y'));
export default users;

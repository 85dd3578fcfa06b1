"""A small bookshop: routers take requests, services decide, repositories read and write."""

"""A stand-in for the ministry's unified login (统一登录): an OIDC provider for `peiyu run` and tests alone."""

"""Test tools that play a platform over a real socket. Not part of the product."""

"""How the shipped tower was made; nothing at run time imports it."""

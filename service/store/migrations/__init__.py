"""The steps by which a store came to the shape it has, one file each, never changed once released."""

"""The sandbox: small local servers that speak each platform's wire protocol; they import nothing of the house."""

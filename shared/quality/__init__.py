"""What may be wrong in HR: found in one record, in many together, or in what the policy makes of them. Pure."""
